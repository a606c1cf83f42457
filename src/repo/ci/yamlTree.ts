// A YAML file as a tree in which everything knows where it is written: aliases and merge keys are followed, so a value that
// came from an anchor has the anchor's place.

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type Scalar } from "yaml";

export interface YamlPlace {
  /** From the project's root. */
  readonly file: string;
  /** Offsets in the file's text; `end` is behind the last character that counts. */
  readonly start: number;
  readonly end: number;
}

export interface YamlScalar extends YamlPlace {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** What a person wrote, without quotes: `1.20` where the value is 1.2. */
  readonly text: string;
  readonly style: "plain" | "quoted" | "block";
  /** Where in the file a character of `text` stands. */
  readonly at: (offset: number) => number;
}

export interface YamlList extends YamlPlace {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
}

export interface YamlMap extends YamlPlace {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

/** GitLab's `!reference [job, key]`. */
export interface YamlReference extends YamlPlace {
  readonly kind: "reference";
  readonly path: readonly string[];
}

export type YamlNode = YamlScalar | YamlList | YamlMap | YamlReference;

export interface YamlFault extends YamlPlace {
  /** The parser's: `DUPLICATE_KEY`, `MULTILINE_IMPLICIT_KEY`. */
  readonly code: string;
  readonly message: string;
}

export interface YamlFile {
  readonly file: string;
  readonly text: string;
  readonly root: YamlNode | undefined;
  readonly faults: readonly YamlFault[];
}

/** Deeper than any CI file; what is deeper was made to break its reader. */
const depthLimit = 60;
/** Aliases may stand for aliases: what they unfold to is bounded. */
const nodeLimit = 50_000;

/** `version`: GitLab reads YAML 1.1 (yes, 0644 and 12:30 are no strings), GitHub 1.2. */
export function readYamlTree(file: string, text: string, version: "1.1" | "1.2"): YamlFile {
  const document = parseDocument(text, {
    version,
    logLevel: "silent",
    keepSourceTokens: false,
    customTags: (tags) => [...tags, { tag: "!reference", collection: "seq" as const }],
  });
  const faults = document.errors.map(({ code, message, pos }) => ({
    file,
    start: pos[0],
    end: Math.max(pos[0], pos[1]),
    code,
    message: message.split(/ at line \d+| in the same|\n/)[0] ?? message,
  }));
  const reader = { file, text, document, count: 0 };
  return { file, text, root: document.contents === null ? undefined : read(reader, document.contents, 0), faults };
}

interface Reader {
  readonly file: string;
  readonly text: string;
  readonly document: Document;
  count: number;
}

function read(reader: Reader, node: Node, depth: number): YamlNode | undefined {
  if (depth > depthLimit || ++reader.count > nodeLimit) return undefined;
  if (isAlias(node)) {
    const target = node.resolve(reader.document);
    return target === undefined ? undefined : read(reader, target, depth + 1);
  }
  if (isScalar(node)) return readScalar(reader, node);
  const place = placeOf(reader, node);
  if (isSeq(node)) {
    const items = node.items.flatMap((item) => {
      const each = isNode(item) ? read(reader, item, depth + 1) : undefined;
      return each === undefined ? [] : [each];
    });
    if (node.tag === "!reference") return { kind: "reference", ...place, path: items.map(textOf) };
    return { kind: "list", ...place, items };
  }
  if (!isMap(node)) return undefined;
  const entries = new Map<string, YamlEntry>();
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const name = readScalar(reader, key);
    const inner = isNode(value)
      ? read(reader, value, depth + 1)
      : ({ ...name, start: name.end, value: null, text: "" } satisfies YamlScalar);
    if (inner === undefined) continue;
    if (name.text === "<<" && name.style === "plain") mergeInto(entries, inner);
    else entries.set(name.text, { key: name, value: inner });
  }
  return { kind: "map", ...place, entries };
}

/** What is written in the map itself wins over what a merge key brings, wherever it stands. */
function mergeInto(entries: Map<string, YamlEntry>, from: YamlNode): void {
  const maps = from.kind === "list" ? from.items : [from];
  for (const map of maps)
    if (map.kind === "map") for (const [name, entry] of map.entries) if (!entries.has(name)) entries.set(name, entry);
}

function readScalar(reader: Reader, node: Scalar): YamlScalar {
  const place = placeOf(reader, node);
  const { value, source, type } = node;
  const isText = typeof value === "string";
  const plain = type === "PLAIN" || type === undefined;
  const text = isText ? value : (source ?? reader.text.slice(place.start, place.end));
  return {
    kind: "scalar",
    ...place,
    value: isText || typeof value === "number" || typeof value === "boolean" || value === null ? value : text,
    text,
    style: plain ? "plain" : type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED" ? "block" : "quoted",
    at: aligned(text, reader.text, place),
  };
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isAlias(value) || isMap(value) || isSeq(value);
}

function placeOf({ file, text }: Reader, { range }: Node): YamlPlace {
  const [start = 0, end = start] = range ?? [];
  // A block's value ends behind its last line; a place should not cover the next one.
  const length = text.slice(start, end).trimEnd().length;
  return { file, start, end: start + length };
}

/**
 * Where the characters of a scalar's value stand: value and source are walked side by side, and what only the source has
 * (indentation, quotes, escapes, the header of a block) is passed over.
 */
function aligned(value: string, source: string, { start, end }: YamlPlace): (offset: number) => number {
  let places: Int32Array | undefined;
  return (offset) => {
    places ??= align(value, source, start, end);
    return places[Math.max(0, Math.min(offset, value.length))] ?? end;
  };
}

function align(value: string, source: string, start: number, end: number): Int32Array {
  const places = new Int32Array(value.length + 1).fill(end);
  const header = /^[|>][^\n]*\n/.exec(source.slice(start, end));
  let at = start + (header?.[0].length ?? (source[start] === '"' || source[start] === "'" ? 1 : 0));
  for (let index = 0; index < value.length; index++) {
    const wanted = value[index] ?? "";
    if (/\s/.test(wanted)) {
      places[index] = Math.min(at, end);
      if (/\s/.test(source[at] ?? "")) at++;
      continue;
    }
    while (at < end && source[at] !== wanted) at++;
    places[index] = Math.min(at, end);
    at++;
  }
  return places;
}

/** A scalar's text; empty for all else. */
export function textOf(node: YamlNode | undefined): string {
  return node?.kind === "scalar" ? node.text : "";
}

/** What stands at a path of maps. */
export function nodeAt(node: YamlNode | undefined, ...path: readonly string[]): YamlNode | undefined {
  let at = node;
  for (const name of path) at = at?.kind === "map" ? at.entries.get(name)?.value : undefined;
  return at;
}

/** A list's items, or the one thing that stands for a list of one. */
export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  if (node === undefined || (node.kind === "scalar" && node.value === null)) return [];
  return node.kind === "list" ? node.items : [node];
}

/** A map's entries by name; none for all else. */
export function entriesOf(node: YamlNode | undefined): readonly (readonly [string, YamlEntry])[] {
  return node?.kind === "map" ? [...node.entries] : [];
}
