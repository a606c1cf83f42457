// A service that is a command: here the runner starts it, in a CI the job's own shell does.

import { createHash } from "node:crypto";
import type { ServiceContainerSettings } from "../../../config/pipelineSettings.ts";
import { servicePrefix } from "../serviceVariables.ts";
import { shellWord } from "../shell.ts";
import { partsOf } from "./ciVariable.ts";

/** Lines that start the service in the background, wait for it for a minute, say where it listens, and end it with the job. */
export function serviceScript(name: string, service: ServiceContainerSettings): string {
  const prefix = servicePrefix(name);
  const port = service.port ?? steadyPort(name);
  const variables = Object.entries(service.env).map(([key, value]) => `${key}=${filledIn(value, prefix, port)}`);
  const own = [`HOST=127.0.0.1`, `PORT=${port}`, `DATA="$${prefix}_DATA"`, ...variables].join(" ");
  const command = (service.command ?? []).map((word) => filledIn(word, prefix, port)).join(" ");
  const ready =
    service.ready === undefined
      ? `(: < /dev/tcp/127.0.0.1/${port}) 2>/dev/null`
      : `env ${own} ${service.ready.map((word) => filledIn(word, prefix, port)).join(" ")} >/dev/null 2>&1`;
  return [
    `# the service ${name}`,
    `export ${prefix}_HOST=127.0.0.1 ${prefix}_PORT=${port}`,
    `${prefix}_DATA=$(mktemp -d)`,
    `env ${own} ${command} >"$${prefix}_DATA.log" 2>&1 &`,
    // A runner that is no container outlives the job: the next one must not find this job's database.
    `started_services="\${started_services:-} $!" service_data="\${service_data:-} $${prefix}_DATA $${prefix}_DATA.log"`,
    `trap 'kill $started_services 2>/dev/null || true; wait $started_services || true; rm -rf $service_data' EXIT`,
    `for attempt in $(seq 60); do ${ready} && break; sleep 1; done`,
    `${ready} || { echo "the service ${name} is not ready after a minute:"; cat "$${prefix}_DATA.log"; exit 1; }`,
  ].join("\n");
}

/** The same everywhere and each time, and apart from those of other services. */
function steadyPort(name: string): number {
  return 20_000 + (createHash("sha256").update(name).digest().readUInt16BE() % 10_000);
}

/** `{data}` and the CI's variables become the shell's, quoted; the rest is a word as it stands. */
function filledIn(word: string, prefix: string, port: number): string {
  const words = partsOf(word).flatMap((part) => {
    if ("variable" in part) return [`"$${part.variable}"`];
    return part.text.split(/(\{data\})/).map((text) => {
      if (text === "{data}") return `"$${prefix}_DATA"`;
      const filled = text.replaceAll("{host}", "127.0.0.1").replaceAll("{port}", String(port));
      return filled === "" ? "" : shellWord(filled);
    });
  });
  return word === "" ? "''" : words.join("");
}
