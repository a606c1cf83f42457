// The tags of an image, by rule, from the state of the work tree.

import type { TagRule } from "../config/serviceSettings.ts";
import type { GitState } from "../repo/gitState.ts";
import { BuildError } from "./buildError.ts";

export interface ImageTag {
  readonly name: string;
  /** given: named on the command line. */
  readonly rule: TagRule | "given";
  /**
   * It may be moved to another image: a branch's tag, which follows the branch; and, in the engine alone, that of a dirty
   * tree, which names no state that anybody could go back to.
   */
  readonly moves: "never" | "in-engine" | "always";
}

/** What a CI system says of the ref that it builds: its clones have neither branches nor, when shallow, tags. */
export interface CiRef {
  readonly branch: string | undefined;
  readonly tag: string | undefined;
}

/** GitLab's and GitHub's own variables. */
export function ciRef(env: Readonly<Record<string, string | undefined>>): CiRef {
  const github = env["GITHUB_ACTIONS"] === "true" ? env["GITHUB_REF_NAME"] : undefined;
  const isTag = env["GITHUB_REF_TYPE"] === "tag";
  return {
    branch:
      env["CI_COMMIT_BRANCH"] ||
      env["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] ||
      (isTag ? undefined : github) ||
      undefined,
    tag: env["CI_COMMIT_TAG"] || (isTag ? github : undefined) || undefined,
  };
}

/** How many digits of a commit's hash name it. */
const commitDigits = 12;

/**
 * The image's tags, without duplicates, in the rules' order. A dirty tree's end in `-dirty`.
 *
 * @throws BuildError if no rule gives one
 */
export function tagsOf(rules: readonly TagRule[], state: GitState | undefined, ci: CiRef): readonly ImageTag[] {
  if (state === undefined) {
    throw new BuildError(
      "no-tag",
      "there is no commit here that tags could be made from; commit first, or name a tag with --tag",
    );
  }
  const end = state.dirty ? "-dirty" : "";
  const tags = new Map<string, ImageTag>();
  for (const rule of rules) {
    for (const text of textsOf(rule, state, ci)) {
      const name = sanitizeTag(text, end);
      const moves = rule === "branch" ? "always" : state.dirty ? "in-engine" : "never";
      if (name !== undefined && !tags.has(name)) tags.set(name, { name, rule, moves });
    }
  }
  if (tags.size === 0) {
    throw new BuildError(
      "no-tag",
      `the rules ${rules.join(", ")} give no tag here: ${whyNone(rules, state)}; add the rule commit to build.tags, or name a tag with --tag`,
    );
  }
  return [...tags.values()];
}

/** The name a version goes by: a git tag's, else the commit's. */
export function versionOf(state: GitState, ci: CiRef): string {
  return `${state.tags[0] ?? ci.tag ?? state.commit.slice(0, commitDigits)}${state.dirty ? "-dirty" : ""}`;
}

function textsOf(rule: TagRule, { commit, commitTime, branch, tags }: GitState, ci: CiRef): readonly string[] {
  switch (rule) {
    case "commit":
      return [commit.slice(0, commitDigits)];
    case "time":
      // 20261121T090000Z: sorts by time, and holds no character that a registry refuses.
      return [commitTime.toISOString().replaceAll(/[-:]|\.\d+/g, "")];
    case "tag":
      return ci.tag === undefined || tags.includes(ci.tag) ? tags : [...tags, ci.tag];
    case "branch":
      return [branch ?? ci.branch].filter((each) => each !== undefined);
  }
}

function whyNone(rules: readonly TagRule[], { branch, tags }: GitState): string {
  const reasons = [
    rules.includes("tag") && tags.length === 0
      ? "no git tag is on this commit (a shallow clone has none: fetch them)"
      : "",
    rules.includes("branch") && branch === undefined ? "no branch is checked out" : "",
  ];
  return (
    reasons.filter((reason) => reason !== "").join(", ") || "none is left after what registries refuse is taken out"
  );
}

const tagLength = 128;

/**
 * What a registry takes as a tag ([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}, OCI distribution-spec): `feature/x` becomes `feature-x`,
 * `v1.2.3+meta` becomes `v1.2.3-meta`. undefined: nothing is left of it.
 */
function sanitizeTag(text: string, end: string): string | undefined {
  const name = text
    .replaceAll(/[^\w.-]+/g, "-")
    .replace(/^[.-]+/, "")
    .replace(/-+$/, "");
  return name === "" ? undefined : `${name.slice(0, tagLength - end.length)}${end}`;
}

/** @throws BuildError if a registry would not take it */
export function givenTag(name: string): ImageTag {
  if (!/^[A-Za-z0-9_][\w.-]{0,127}$/.test(name)) {
    throw new BuildError(
      "bad-tag",
      `${JSON.stringify(name)} is not a tag: letters, digits, ., _ and -, at most ${tagLength} of them, and neither . nor - first`,
    );
  }
  return { name, rule: "given", moves: "never" };
}
