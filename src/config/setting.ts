// One setting is declared once: its parser, its default, and the text that becomes the JSON Schema's description and the
// row in docs/configuration.md. Everything else (environment names, `config print`, completion in editors) is derived.
import * as z from "zod";
import { InvalidValue } from "./invalidValue.ts";

/** What is known of a setting beside how it is parsed. */
export interface About {
  /** Markdown, whole sentences: what it does, its unit, and what leaving it out means where the default doesn't say. */
  readonly description: string;
  /** What a person reads as the default where it is computed. */
  readonly defaultText?: string;
  /** The variable beside the derived one: `FAIRLEAD_LISTEN` for `FAIRLEAD_GATEWAY_LISTEN`. */
  readonly alias?: string;
  /** The name under which commander hands its value over: `insecureOpen` for `--insecure-open`. */
  readonly flag?: string;
  /** The value is never printed, whatever the setting is called. */
  readonly secret?: true;
}

/** How one kind of value is read from a YAML scalar, an environment variable or a flag, and shown again. */
export interface ValueType<T> {
  /** The word in the reference: `duration`, `size`, `URL list`. */
  readonly name: string;
  /** JSON Schema of what may stand in the file. */
  readonly json: object;
  /** Throws InvalidValue. The environment and flags always hand over a string. */
  parse(raw: unknown): T;
  /** The text is somebody else's language, a shell's for example: `${…}` in it is not ours to fill in. */
  readonly verbatim?: true;
  /** A method, so that settings of all types fit in one list: its values come from `parse` of the same type. */
  format(value: T): string;
}

/** One setting, as its readers need it. */
export interface Setting extends About {
  /** Where it stands in the file: `["gateway", "timeouts", "connect"]`. */
  readonly path: readonly string[];
  readonly type: ValueType<unknown>;
  /** As it would be written in the file; undefined where it is computed or absent. */
  readonly default: Scalar | undefined;
  /** The variables that set it, the one that wins first. */
  readonly variables: readonly string[];
}

export type Scalar = string | number | boolean;

/** One setting as it was declared, before its place is known. */
export interface Declaration extends About {
  readonly type: ValueType<unknown>;
  readonly default: Scalar | undefined;
}

type Shape = Readonly<Record<string, z.ZodType>>;

// What zod's schemas don't know of themselves. (zod's own registries rewrite the types of what is put into them.)
const declarations = new WeakMap<object, Declaration>();
const sections = new WeakMap<object, Section>();
const collections = new WeakMap<object, Collection>();

interface Section {
  readonly description: string;
  readonly shape: Shape;
  readonly hasShorthand: boolean;
}

/** Settings under names or in a number that the file decides on. */
export interface Collection {
  readonly kind: "map" | "list";
  readonly description: string;
  /** How an entry's place is written in the reference: `<environment>`. */
  readonly entry: string;
  readonly inner: z.ZodType;
}

/** Declares a setting with a default, written as in the file. */
export function setting<T>(type: ValueType<T>, about: About & { readonly default: Scalar }): z.ZodType<T> {
  const schema = fromRaw(type).prefault(about.default);
  declarations.set(schema, { ...about, type });
  return schema;
}

/** Declares a setting that may be absent, because its default is computed or because absence means something. */
export function optionalSetting<T>(
  type: ValueType<T>,
  about: About & { readonly defaultText: string },
): z.ZodType<T | undefined> {
  const schema = fromRaw(type).optional();
  declarations.set(schema, { ...about, type, default: undefined });
  return schema;
}

/** Declares a setting that has no default: a group without it is a mistake. */
export function requiredSetting<T>(type: ValueType<T>, about: About): z.ZodType<T> {
  const schema = fromRaw({
    ...type,
    parse(raw) {
      if (raw === undefined) throw new InvalidValue("this must be set");
      return type.parse(raw);
    },
  });
  declarations.set(schema, { ...about, defaultText: "must be set", type, default: undefined });
  return schema;
}

interface SectionRules<S extends Shape> {
  /** What a text in the section's place stands for: `deploy@web1.example` for a host. Throws InvalidValue. */
  readonly shorthand?: (text: string) => object;
  /** What is wrong with the settings together; undefined where nothing is. */
  readonly check?: (value: z.output<z.ZodObject<S, z.core.$strict>>) => string | undefined;
}

/** Declares a group of settings. A key that nobody declared is an error. */
export function section<S extends Shape>(
  description: string,
  shape: S,
  { shorthand, check }: SectionRules<S> = {},
): z.ZodType<z.output<z.ZodObject<S, z.core.$strict>>> {
  const whole = z.strictObject(shape).superRefine((value, context) => {
    const message = check?.(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
  const schema = z.preprocess((raw, context) => {
    if (typeof raw !== "string" || shorthand === undefined) return raw ?? {};
    return orIssue(context, raw, () => shorthand(raw));
  }, whole);
  sections.set(schema, { description, shape, hasShorthand: shorthand !== undefined });
  return schema;
}

/** Declares settings under names that the file chooses. Only the file can set them. */
export function mapOf<T>(
  description: string,
  names: { readonly entry: string; readonly pattern: RegExp; readonly hint: string },
  inner: z.ZodType<T>,
): z.ZodType<Readonly<Record<string, T>>> {
  const schema = z.preprocess((raw) => raw ?? {}, z.record(z.string().regex(names.pattern, names.hint), inner));
  collections.set(schema, { kind: "map", description, entry: names.entry, inner });
  return schema;
}

/** Declares a list of groups of settings. Only the file can set them. */
export function listOf<T>(description: string, entry: string, inner: z.ZodType<T>): z.ZodType<readonly T[]> {
  const schema = z.preprocess((raw) => raw ?? [], z.array(inner).max(1000));
  collections.set(schema, { kind: "list", description, entry, inner });
  return schema;
}

function fromRaw<T>(type: ValueType<T>): z.ZodType<T> {
  return z.unknown().transform((raw, context) => orIssue(context, raw, () => type.parse(raw)));
}

/** What `parse` returns; where it throws InvalidValue, the issue instead. */
function orIssue<T>(context: z.core.$RefinementCtx, raw: unknown, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    context.issues.push({ code: "custom", message: error.message, input: raw });
    return z.NEVER;
  }
}

/** The settings below a section that have one place and so a variable each, in the order of their declaration. */
export function listSettings(schema: z.ZodType, path: readonly string[] = []): Setting[] {
  return walk(schema, path).flatMap(({ schema, path }) => {
    const declaration = declarations.get(schema);
    if (declaration === undefined) return [];
    const derived = variableName(path);
    const variables = declaration.alias === undefined ? [derived] : [derived, declaration.alias];
    return [{ ...declaration, path, variables }];
  });
}

/** The collections below a section that are not inside another one. */
export function listCollections(schema: z.ZodType): (Collection & { readonly path: readonly string[] })[] {
  return walk(schema, []).flatMap(({ schema, path }) => {
    const collection = collections.get(schema);
    return collection === undefined ? [] : [{ ...collection, path }];
  });
}

function walk(schema: z.ZodType, path: readonly string[]): { schema: z.ZodType; path: readonly string[] }[] {
  const shape = sections.get(schema)?.shape;
  if (shape === undefined) return [{ schema, path }];
  return Object.entries(shape).flatMap(([key, inner]) => walk(inner, [...path, key]));
}

/** The schema at a place of the file; undefined where nothing can stand. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema;
  for (const key of path) {
    if (at === undefined) return undefined;
    const shape: Shape | undefined = sections.get(at)?.shape;
    at = shape !== undefined && Object.hasOwn(shape, key) ? shape[String(key)] : collections.get(at)?.inner;
  }
  return at;
}

/** The keys that a section knows; undefined where the path leads to no section. */
export function sectionKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] | undefined {
  const at = schemaAt(schema, path);
  const shape = at === undefined ? undefined : sections.get(at)?.shape;
  return shape === undefined ? undefined : Object.keys(shape);
}

/** `["gateway", "insecureOpen"]` → `FAIRLEAD_GATEWAY_INSECURE_OPEN`. */
function variableName(path: readonly string[]): string {
  const words = path.map((key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return ["FAIRLEAD", ...words].join("_");
}

/** How a schema made by `setting` was declared; undefined for any other. */
export function settingOf(schema: z.ZodType): Declaration | undefined {
  return declarations.get(schema);
}

/** What a schema made by `section` holds; undefined for any other. */
export function sectionOf(schema: z.ZodType): Section | undefined {
  return sections.get(schema);
}

/** What a schema made by `mapOf` or `listOf` holds; undefined for any other. */
export function collectionOf(schema: z.ZodType): Collection | undefined {
  return collections.get(schema);
}
