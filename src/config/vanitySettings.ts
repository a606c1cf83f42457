import type * as z from "zod";
import { listOf, optionalSetting, requiredSetting, section, setting } from "./setting.ts";
import { choice, text } from "./valueTypes.ts";

/** An import path of one's own, and where its module is. */
export interface VanitySettings {
  readonly prefix: string;
  readonly vcs: "git" | "hg" | "svn" | "bzr" | "fossil" | "mod";
  readonly repository: string | undefined;
  readonly source: "github" | "gitlab" | "gitea" | "none";
  readonly branch: string;
  readonly docs: string | undefined;
}

const prefix = text(
  /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/(\*|[A-Za-z0-9._~-]+))+$/,
  "an import path with at least one element behind its host, like company.example/x or company.example/*",
);
/** No blanks, which would end a meta element's field; no user and password, which everybody would read. */
const repository = text(
  /^(https?|ssh|git|git\+ssh|svn|bzr):\/\/(git@)?[^\s@"<>]+$/,
  "the URL of a repository, without credentials",
);
const docsUrl = text(/^https?:\/\/[^\s"<>]+$/, "an http or https URL");

export const vanitySchema: z.ZodType<readonly VanitySettings[]> = listOf(
  "Import paths of one's own: what `?go-get=1` is answered with at a host name that leads here.",
  "<n>",
  section(
    "One rule.",
    {
      prefix: requiredSetting(prefix, {
        description:
          "The module's path at its repository's root. An element `*` stands for any one. The longest prefix that fits is taken.",
      }),
      repository: optionalSetting(repository, {
        defaultText: "with `vcs: mod`, this gateway",
        description:
          "The repository's URL, or with `vcs: mod` a module proxy's. Each `*` is what that of `prefix` stood for.",
      }),
      vcs: setting(choice("git", "hg", "svn", "bzr", "fossil", "mod"), {
        default: "git",
        description: "What is there; `mod` is a module proxy.",
      }),
      source: setting(choice("none", "github", "gitlab", "gitea"), {
        default: "none",
        description: "Whose addresses the links to source lines have (the go-source element).",
      }),
      branch: setting(text(/^[\w./-]+$/, "the name of a branch"), {
        default: "main",
        description: "The branch that links to source lines name.",
      }),
      docs: optionalSetting(docsUrl, {
        defaultText: "none",
        description:
          "Where a person finds documentation; `{path}` is the import path: `https://docs.company.example/{path}`.",
      }),
    },
    {
      check: ({ prefix, vcs, repository }) => {
        if (repository === undefined) return vcs === "mod" ? undefined : `vcs: ${vcs} needs a repository`;
        const [has, may] = [repository, prefix].map((text) => text.split("*").length - 1);
        return (has ?? 0) > (may ?? 0) ? "repository has more wildcards than prefix" : undefined;
      },
    },
  ),
);
