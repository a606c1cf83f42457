// What a worker process runs: waits for the primary's word, serves, stops when told or when the primary is gone.

import type { ToPrimary, ToWorker } from "./workerMessages.ts";
import { startWorker, type RunningWorker } from "./worker.ts";

// A log that can't be written, on a full disk or into a closed pipe, must not stop the service.
process.stderr.on("error", () => undefined);

const scrapes = new Map<number, (text: string) => void>();
let running: RunningWorker | undefined;
let nextTicket = 0;

process.on("message", (message: ToWorker) => void handle(message));
// The primary died: nobody can tell us to stop any more, and another primary may want the port.
process.on("disconnect", () => void stop());
// A terminal sends its signals to the whole group; the primary decides what happens.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

function tell(message: ToPrimary): void {
  if (process.connected) process.send?.(message);
}

async function handle(message: ToWorker): Promise<void> {
  switch (message.type) {
    case "start":
      return start(message);
    case "stop":
      return stop();
    case "collect":
      return tell({
        type: "collected",
        ticket: message.ticket,
        metrics: (await running?.metrics.registry.getMetricsAsJSON()) ?? [],
      });
    case "forget":
      running?.forget(message.keys);
      return tell({ type: "collected", ticket: message.ticket, metrics: [] });
    case "scraped":
      scrapes.get(message.ticket)?.(message.text);
      scrapes.delete(message.ticket);
      return undefined;
  }
}

async function start({ options, instanceId, holder, idPrefix }: Extract<ToWorker, { type: "start" }>): Promise<void> {
  try {
    running = await startWorker(options, { instanceId, holder, idPrefix }, scrape);
    tell({ type: "ready" });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    tell({ type: "failed", message: error instanceof Error ? error.message : String(error), code });
    process.exitCode = 1;
    process.disconnect();
  }
}

function scrape(): Promise<string> {
  const ticket = nextTicket++;
  tell({ type: "scrape", ticket });
  return new Promise((resolve) => scrapes.set(ticket, resolve));
}

let stopped: Promise<void> | undefined;

function stop(): Promise<void> {
  stopped ??= (async () => {
    await running?.stop();
    if (process.connected) process.disconnect();
    process.exit(0);
  })();
  return stopped;
}
