import type * as z from "zod";
import { mapOf, optionalSetting, section, setting } from "./setting.ts";
import { anyText, choices, directory, integer, text, toggle } from "./valueTypes.ts";

/** What the repository makes. */
export interface ServiceSettings {
  /** A DNS label; undefined: the module path's last element. */
  readonly name: string | undefined;
  /** The package of the program: `./cmd/shop`. */
  readonly main: string | undefined;
  /** A repository without tag: `registry.example:5000/team/shop`. */
  readonly image: string | undefined;
  /** What the container listens on. */
  readonly port: number | undefined;
}

/** How its image is built. */
export interface BuildSettings {
  readonly dockerfile: string;
  readonly context: string;
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  /** By the id that `RUN --mount=type=secret,id=…` names. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
  readonly tags: readonly TagRule[];
}

export type TagRule = "commit" | "tag" | "time" | "branch";

/** Exactly one of the two. */
export interface SecretSource {
  /** The variable that holds it. */
  readonly env: string | undefined;
  /** The file that holds it. */
  readonly file: string | undefined;
}

export interface RegistrySettings {
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Plain HTTP. Loopback addresses are reached so without asking. */
  readonly insecure: boolean;
}

const label = text(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "a name of lower-case letters, digits and hyphens");
export const port: ReturnType<typeof integer> = integer({ min: 1, max: 65_535 });
export const variableNames: { entry: string; pattern: RegExp; hint: string } = {
  entry: "<NAME>",
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  hint: "a variable's name is made of letters, digits and _, and no digit comes first",
};

export const serviceSchema: z.ZodType<ServiceSettings> = section("What the repository makes.", {
  name: optionalSetting(label, {
    defaultText: "the last element of the module path",
    description: "The service's name: of its containers, its lock and its releases.",
  }),
  main: optionalSetting(text(/^\.(\/[\w.~-]+)*$/, "a package of this repository, such as ./cmd/shop"), {
    defaultText: "the only `main` package",
    description: "The package of the program, as `go build` takes it.",
  }),
  image: optionalSetting(
    text(
      /^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(\/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)+$/,
      "an image's repository without tag, such as registry.example/team/shop",
    ),
    {
      defaultText: "none: images are built and not pushed",
      description: "Where the image is pushed to: registry and repository, without a tag.",
    },
  ),
  port: optionalSetting(port, {
    defaultText: "the port that the source listens on, where it is a constant",
    description: "The port that the program listens on in its container. It is told by `APP_PORT`.",
  }),
});

const secretSource: z.ZodType<SecretSource> = section(
  "Where a build secret comes from: a variable or a file, one of the two.",
  {
    env: optionalSetting(text(variableNames.pattern, "a variable's name"), {
      defaultText: "",
      description: "The variable that holds the secret.",
    }),
    file: optionalSetting(directory, { defaultText: "", description: "The file that holds the secret." }),
  },
  {
    check: ({ env, file }) =>
      (env === undefined) === (file === undefined) ? "a secret takes env or file, one of the two" : undefined,
  },
);

export const buildSchema: z.ZodType<BuildSettings> = section("How the image is built.", {
  dockerfile: setting(directory, { default: "Dockerfile", description: "The Dockerfile, from the project's folder." }),
  context: setting(directory, { default: ".", description: "The folder that the build may read." }),
  target: optionalSetting(text(/^[A-Za-z0-9][\w.-]*$/, "a stage's name"), {
    defaultText: "the last stage",
    description: "The stage to build.",
  }),
  args: mapOf(
    "Build arguments. They can be read in the image's history: secrets belong below `secrets`.",
    variableNames,
    setting(anyText, { default: "", description: "The argument's value." }),
  ),
  secrets: mapOf(
    "Secrets for `RUN --mount=type=secret,id=<id>`. They are in no layer and on no command line.",
    { entry: "<id>", pattern: /^[A-Za-z0-9][\w.-]*$/, hint: "a secret's id is made of letters, digits, ., _ and -" },
    secretSource,
  ),
  tags: setting(choices("commit", "tag", "time", "branch"), {
    default: "commit,tag",
    description:
      "The tags that an image gets: the commit's hash, the git tags on it, its time (`20261121T090000Z`), the branch. A tag that exists is never moved, but for a branch's.",
  }),
});

export const registrySchema: z.ZodType<RegistrySettings> = section("Access to the registry of `service.image`.", {
  username: optionalSetting(anyText, {
    defaultText: "what `docker login` has stored",
    description: "The user's name at the registry.",
  }),
  password: optionalSetting(anyText, {
    defaultText: "what `docker login` has stored",
    description: "The password or token. Write `${REGISTRY_PASSWORD}` or `{ file: … }`, never the value.",
    secret: true,
  }),
  insecure: setting(toggle, {
    default: false,
    description: "Reach the registry by plain HTTP. Registries on loopback are so without asking.",
  }),
});
