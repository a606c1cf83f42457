import type * as z from "zod";
import { type About, collectionOf, type Declaration, listSettings, sectionOf, settingOf } from "./setting.ts";

/** The reference of all settings in Markdown: a table for each top-level section. */
export function settingsReference(schema: z.ZodType): string {
  const variables = new Map(listSettings(schema).map((setting) => [setting.path.join("."), setting.variables]));
  const parts = Object.entries(sectionOf(schema)?.shape ?? {}).map(([name, inner]) => {
    const { description = "" } = sectionOf(inner) ?? collectionOf(inner) ?? {};
    const rows = places(inner, "").map(({ place, declaration }) => {
      const texts = cells(place, declaration, variables.get(`${name}.${place}`) ?? []);
      return `| ${texts.map((text) => text.replaceAll("|", String.raw`\|`)).join(" | ")} |`;
    });
    const head = ["| Setting | Default | Environment | What it does |", "|---|---|---|---|"];
    return [`### ${name}`, "", description, "", ...head, ...rows].join("\n");
  });
  return `${parts.join("\n\n")}\n`;
}

/** Every setting below a schema, with its place as it is written: `<environment>.hosts.<n>.address`. */
function places(schema: z.ZodType, place: string): { place: string; declaration: Declaration }[] {
  const declaration = settingOf(schema);
  if (declaration !== undefined) return [{ place, declaration }];
  const join = (key: string): string => (place === "" ? key : `${place}.${key}`);
  const collection = collectionOf(schema);
  if (collection !== undefined) return places(collection.inner, join(collection.entry));
  return Object.entries(sectionOf(schema)?.shape ?? {}).flatMap(([key, inner]) => places(inner, join(key)));
}

function cells(place: string, declaration: Declaration, variables: readonly string[]): string[] {
  const { type, description, defaultText } = declaration;
  // The alias first: it is the one that people type.
  const names = variables.toReversed().map((name) => `\`${name}\``);
  const value = declaration.default === undefined ? (defaultText ?? "") : showDefault(declaration.default);
  return [`\`${place}\`<br>${type.name}`, value, names.join("<br>"), description + flagNote(declaration)];
}

function showDefault(value: unknown): string {
  return value === "" ? "none" : `\`${String(value)}\``;
}

function flagNote({ flag }: About): string {
  if (flag === undefined) return "";
  return ` Flag: \`--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}\`.`;
}
