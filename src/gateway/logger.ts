// The gateway's own events, on standard error: one JSON object a line, or plain lines for a person at a terminal.

import * as z from "zod";
import { pino, type Logger } from "pino";
import { redactSecrets } from "../config/redact.ts";

/** Credentials are masked here, once, whatever was logged. */
export function createLogger(level: string, format: "json" | "pretty"): Logger {
  const write = (line: string): void => {
    const masked = maskLine(line);
    process.stderr.write(format === "json" ? `${JSON.stringify(masked)}\n` : plain(masked));
  };
  return pino({ level, base: { pid: process.pid } }, { write });
}

/** A log line without its secrets: value by value, as a mask over the text could swallow the quote that ends a value. */
export function maskLine(line: string): unknown {
  return JSON.parse(line, (_key, value: unknown) => (typeof value === "string" ? redactSecrets(value) : value));
}

const logLine = z.looseObject({ level: z.number(), time: z.number(), msg: z.string() });

function plain(line: unknown): string {
  const { level, time, msg, pid: _, ...rest } = logLine.parse(line);
  const label = level >= 50 ? "error " : level >= 40 ? "warning " : "";
  const clock = new Date(time).toTimeString().slice(0, 8);
  const details = Object.entries(rest).map(
    ([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${clock} ${label}${msg}${details.join("")}\n`;
}
