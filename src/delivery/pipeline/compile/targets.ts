import type { Pipeline } from "../job.ts";
import { githubProblems, gitlabProblems } from "./ciFileProblems.ts";
import { compileGithub, githubFile } from "./github.ts";
import { compileGitlab, gitlabFile } from "./gitlab.ts";

export type CiName = "gitlab" | "github";

interface CiTarget {
  /** From the project's folder. */
  readonly file: string;
  /** Throws PipelineError `not-compilable`. */
  readonly compile: (pipeline: Pipeline) => string;
  /** Mistakes of a file of this kind, whoever wrote it. */
  readonly problems: (text: string) => string[];
}

export const ciTargets: Readonly<Record<CiName, CiTarget>> = {
  gitlab: { file: gitlabFile, compile: compileGitlab, problems: gitlabProblems },
  github: { file: githubFile, compile: compileGithub, problems: githubProblems },
};
