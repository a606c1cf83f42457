import type * as z from "zod";
import { collectionOf, sectionOf, settingOf } from "./setting.ts";

/** The JSON Schema (draft 2020-12) of a configuration file, for editors and other tools. */
export function jsonSchema(schema: z.ZodType): object {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...node(schema), $defs: scalarForms };
}

function node(schema: z.ZodType): object {
  const setting = settingOf(schema);
  if (setting !== undefined) {
    const { description, type, default: byDefault } = setting;
    const anyOf = [type.json, { $ref: "#/$defs/expanded" }, { $ref: "#/$defs/fromFile" }];
    return { description, ...(byDefault === undefined ? {} : { default: byDefault }), anyOf };
  }
  const collection = collectionOf(schema);
  if (collection !== undefined) {
    const { kind, description, inner } = collection;
    if (kind === "list") return { description, type: ["array", "null"], items: node(inner) };
    return { description, type: ["object", "null"], additionalProperties: node(inner) };
  }
  const { description = "", shape = {}, hasShorthand = false } = sectionOf(schema) ?? {};
  const properties = Object.fromEntries(Object.entries(shape).map(([key, inner]) => [key, node(inner)]));
  const type = hasShorthand ? ["object", "null", "string"] : ["object", "null"];
  return { description, type, properties, additionalProperties: false };
}

/** What every setting takes beside its own kind of value. */
const scalarForms = {
  expanded: {
    description: "A value with `${VARIABLE}` or `${VARIABLE:-default}` from the environment in it.",
    type: "string",
    pattern: String.raw`\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}`,
  },
  fromFile: {
    description: "The value is what this file holds, without the line feed at its end; it is never printed.",
    type: "object",
    properties: { file: { type: "string", description: "Path, relative to the configuration file's folder." } },
    required: ["file"],
    additionalProperties: false,
  },
};
