import { ModuleError } from "../gomod/error.ts";
import { createHash } from "node:crypto";
import { parseSumdb } from "../gomod/goenv.ts";
import { parseUpstreamList } from "./upstreamGroups.ts";
import { InvalidValue } from "./invalidValue.ts";
import { redactUrl } from "./redact.ts";
import type { ValueType } from "./setting.ts";
import { scalarText, show } from "./valueTypes.ts";

/**
 * A GOPROXY value, as one text or as a YAML list whose entries are joined with a comma. A group stands in braces in the
 * text: `{https://a.example https://b.example},direct`.
 */
export const upstreamList: ValueType<string> = {
  name: "GOPROXY list",
  json: {
    anyOf: [
      { type: "string", minLength: 1 },
      {
        type: "array",
        minItems: 1,
        items: {
          anyOf: [
            { type: "string", minLength: 1 },
            {
              type: "object",
              properties: {
                prefer: { const: "fastest" },
                upstreams: { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
              },
              required: ["prefer", "upstreams"],
              additionalProperties: false,
            },
          ],
        },
      },
    ],
  },
  parse: (raw) => {
    const list = Array.isArray(raw) ? raw.map(entryText).join(",") : scalarText(raw);
    try {
      parseUpstreamList(list);
    } catch (error) {
      if (error instanceof ModuleError) throw new InvalidValue(redactUrl(error.message));
      throw error;
    }
    return list;
  },
  format: String,
};

function entryText(entry: unknown): string {
  if (typeof entry !== "object" || entry === null) return scalarText(entry);
  const { prefer, upstreams, ...others }: { prefer?: unknown; upstreams?: unknown } = entry;
  const [other] = Object.keys(others);
  if (other !== undefined) throw new InvalidValue(`a group has only prefer and upstreams, not ${show(other)}`);
  if (prefer !== "fastest") throw new InvalidValue("a group says prefer: fastest");
  if (!Array.isArray(upstreams) || upstreams.length === 0)
    throw new InvalidValue("a group lists its upstreams: [URL, URL]");
  return `{${upstreams.map(scalarText).join(" ")}}`;
}

/** Names of checksum databases, each with the URL where it is reached directly. */
export type ChecksumDatabases = Readonly<Record<string, string>>;

/** A map of names to URLs, or a list (in the environment: comma-separated) of `name` or `name=URL`. */
export const checksumDatabases: ValueType<ChecksumDatabases> = {
  name: "names and URLs",
  json: {
    anyOf: [
      { type: "string" },
      { type: "array", items: { type: "string" } },
      { type: "object", additionalProperties: { type: "string" } },
    ],
  },
  parse: (raw) => Object.fromEntries(databaseEntries(raw).map(([name, url]) => checkDatabase(name, url))),
  format: (databases) => {
    const entries = Object.entries(databases);
    return entries.map(([name, url]) => (url === `https://${name}` ? name : `${name}=${url}`)).join(",");
  },
};

function databaseEntries(raw: unknown): (readonly [name: string, url: string | undefined])[] {
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) {
    return Object.entries(raw).map(([name, url]) => [name, scalarText(url)]);
  }
  const names = Array.isArray(raw) ? raw.map(scalarText) : scalarText(raw).split(",");
  return names
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map((entry) => {
      const equals = entry.indexOf("=");
      return equals < 0 ? [entry, undefined] : [entry.slice(0, equals).trim(), entry.slice(equals + 1).trim()];
    });
}

/** The name is the host, perhaps with a path, that stands in the verifier key (cmd/go modfetch/sumdb.go, dbDial). */
function checkDatabase(name: string, given: string | undefined): [name: string, url: string] {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?(\/[\w.~-]+)*$/.test(name)) {
    throw new InvalidValue(
      `${show(name)} is not the name of a checksum database (host, or host/path, without https://)`,
    );
  }
  const url = given ?? `https://${name}`;
  const parsed = URL.parse(url);
  if (parsed === null || !["http:", "https:"].includes(parsed.protocol)) {
    throw new InvalidValue(`the address of checksum database ${name} is not an http or https URL`);
  }
  return [name, url.replace(/\/+$/, "")];
}

/** A GOSUMDB value: `off`, a known name, or a verifier key, perhaps with a URL. */
export const gosumdb: ValueType<string> = {
  name: "GOSUMDB value",
  json: { type: "string", minLength: 1 },
  parse: (raw) => {
    const value = scalarText(raw);
    try {
      parseSumdb(value, (data) => createHash("sha256").update(data).digest());
      return value;
    } catch (error) {
      if (error instanceof ModuleError) throw new InvalidValue(error.message);
      throw error;
    }
  },
  format: String,
};

/** Patterns as GOPRIVATE and GONOSUMDB have them, as one text or as a list; the empty one matches nothing. */
export const modulePatterns: ValueType<string> = {
  name: "module path patterns",
  json: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
  parse: (raw) => {
    const list = raw === "" ? "" : Array.isArray(raw) ? raw.map(scalarText).join(",") : scalarText(raw);
    if (/\s/.test(list)) throw new InvalidValue(`${show(list)}: patterns are separated by commas, without blanks`);
    return list;
  },
  format: String,
};
