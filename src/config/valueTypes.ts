import { formatDuration, parseDuration, type Milliseconds } from "./duration.ts";
import { InvalidValue } from "./invalidValue.ts";
import { formatListenAddress, parseListenAddress, type ListenAddress } from "./listenAddress.ts";
import type { ValueType } from "./setting.ts";
import { formatSize, parseSize, type Bytes } from "./size.ts";

/** true or false; as text also yes/no, on/off and 1/0, as environments like to have them. */
export const toggle: ValueType<boolean> = {
  name: "true or false",
  json: { type: "boolean" },
  parse: (raw) => {
    if (typeof raw === "boolean") return raw;
    const text = typeof raw === "string" ? raw.toLowerCase() : "";
    if (["true", "yes", "on", "1"].includes(text)) return true;
    if (["false", "no", "off", "0"].includes(text)) return false;
    throw new InvalidValue(`${show(raw)} is neither true nor false`);
  },
  format: String,
};

export function integer(range: { min: number; max: number }): ValueType<number> {
  return {
    name: "number",
    json: { type: "integer", minimum: range.min, maximum: range.max },
    parse: (raw) => {
      const value = typeof raw === "string" && /^-?\d+$/.test(raw) ? Number(raw) : raw;
      if (typeof value !== "number" || !Number.isInteger(value)) {
        throw new InvalidValue(`${show(raw)} is not a whole number`);
      }
      return within(value, range, String);
    },
    format: String,
  };
}

/** `max` keeps timers out of what setTimeout can't count (2^31-1 ms fires at once). */
export function duration(range: { min: Milliseconds; max: Milliseconds }): ValueType<Milliseconds> {
  return {
    name: "duration",
    json: { type: "string", pattern: String.raw`^(\d+(\.\d+)?(d|h|ms|m|s))+$` },
    parse: (raw) => within(parseDuration(scalarText(raw)), range, formatDuration),
    format: formatDuration,
  };
}

export function size(range: { min: Bytes; max: Bytes }): ValueType<Bytes> {
  return {
    name: "size",
    json: { type: "string", pattern: String.raw`^\d+(\.\d+)?\s?([KMGT]i|[kKMGT])?B$` },
    parse: (raw) => within(parseSize(scalarText(raw)), range, formatSize),
    format: formatSize,
  };
}

export function choice<const T extends string>(...options: readonly T[]): ValueType<T> {
  return {
    name: options.map((option) => `\`${option}\``).join(", "),
    json: { enum: options },
    parse: (raw) => {
      const found = options.find((option) => option === raw);
      if (found === undefined) throw new InvalidValue(`${show(raw)} is not one of ${options.join(", ")}`);
      return found;
    },
    format: String,
  };
}

/** Any subset of the options, as a list or a text with commas; in the order given, each once. */
export function choices<const T extends string>(...options: readonly T[]): ValueType<readonly T[]> {
  const one = choice(...options);
  return {
    name: `list of ${one.name}`,
    json: { anyOf: [{ type: "array", items: one.json }, { type: "string" }] },
    parse: (raw) => [...new Set(listItems(raw).map((item) => one.parse(item)))],
    format: (values) => values.join(","),
  };
}

/** A part of the whole, written in percent; the value is between 0 and 1. */
export const percentage: ValueType<number> = {
  name: "percentage",
  json: { type: "string", pattern: String.raw`^\d+(\.\d+)?\s?%$` },
  parse: (raw) => {
    const match = /^(\d{1,3}(?:\.\d{1,6})?)\s?%$/.exec(scalarText(raw));
    if (match === null) throw new InvalidValue(`${show(raw)} is no percentage; write it as 5%`);
    return within(Number(match[1]) / 100, { min: 0, max: 1 }, formatPercentage);
  },
  format: formatPercentage,
};

function formatPercentage(value: number): string {
  return `${Number((value * 100).toFixed(6))}%`;
}

/** A text that a pattern describes; `what` completes "… is not". */
export function text(pattern: RegExp, what: string): ValueType<string> {
  return {
    name: what.replace(/^an? /, ""),
    json: { type: "string", pattern: pattern.source },
    parse: (raw) => {
      const value = scalarText(raw);
      if (!pattern.test(value)) throw new InvalidValue(`${show(raw)} is not ${what}`);
      return value;
    },
    format: String,
  };
}

/** Any text, the empty one too: the value of an environment variable. */
export const anyText: ValueType<string> = {
  name: "text",
  json: { type: ["string", "number", "boolean"] },
  parse: (raw) => {
    if (raw === "") return raw;
    const value = typeof raw === "string" ? raw : scalarText(raw);
    if (value.includes("\0")) throw new InvalidValue("a value can't hold a NUL byte");
    return value;
  },
  format: String,
};

/** A list of texts, or a single one. */
export const textList: ValueType<readonly string[]> = {
  name: "list of texts",
  json: { anyOf: [{ type: "array", items: { type: "string" } }, { type: "string" }] },
  parse: (raw) => (Array.isArray(raw) ? raw : raw === "" ? [] : [raw]).map(plainText),
  format: (values) => values.join(", "),
};

/** A program and its arguments, one item each: no shell splits them. */
export const commandLine: ValueType<readonly string[]> = {
  ...textList,
  name: "list of arguments",
  json: { type: "array", items: { type: "string" }, minItems: 1 },
  parse: (raw) => {
    if (!Array.isArray(raw) || raw.length === 0) {
      throw new InvalidValue(`${show(raw)} is not a list of a program and its arguments: ["redis-cli", "ping"]`);
    }
    return raw.map(plainText);
  },
};

/** Lines for a shell, whose `${…}` are the shell's. */
export const shellLines: ValueType<readonly string[]> = { ...textList, name: "shell lines", verbatim: true };

function plainText(raw: unknown): string {
  const value = typeof raw === "string" ? raw : scalarText(raw);
  if (value.includes("\0")) throw new InvalidValue("a text can't hold a NUL byte");
  return value;
}

function listItems(raw: unknown): unknown[] {
  if (Array.isArray(raw)) return raw;
  return scalarText(raw)
    .split(",")
    .map((item) => item.trim());
}

export const directory: ValueType<string> = {
  name: "path",
  json: { type: "string", minLength: 1 },
  parse: (raw) => {
    const text = scalarText(raw);
    if (text.includes("\0")) throw new InvalidValue("a path can't hold a NUL byte");
    return text;
  },
  format: String,
};

export const listenAddress: ValueType<ListenAddress> = {
  name: "host:port",
  json: { type: "string", pattern: String.raw`:\d{1,5}$` },
  parse: (raw) => parseListenAddress(scalarText(raw)),
  format: formatListenAddress,
};

/** The text of a scalar that should be one. A list or a map there is a mistake in the file's shape. */
export function scalarText(raw: unknown): string {
  if (typeof raw === "string" && raw.trim() !== "") return raw.trim();
  if (typeof raw === "number" || typeof raw === "boolean") return String(raw);
  throw new InvalidValue(`${show(raw)} is not a text`);
}

/** How a refused value is shown: short, and quoted so that blanks can be seen. */
export function show(raw: unknown): string {
  if (Array.isArray(raw)) return "a list";
  if (typeof raw === "object" && raw !== null) return "a map";
  const text = typeof raw === "string" ? JSON.stringify(raw) : String(raw);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function within<T extends number>(value: T, range: { min: number; max: number }, format: (n: T) => string): T;
function within(value: number, range: { min: number; max: number }, format: (n: number) => string): number {
  if (value < range.min)
    throw new InvalidValue(`${format(value)} is less than the ${format(range.min)} it must be at least`);
  if (value > range.max)
    throw new InvalidValue(`${format(value)} is more than the ${format(range.max)} it may be at most`);
  return value;
}
