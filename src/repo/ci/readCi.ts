// Every pipeline of a repository.

import type { CiPipeline } from "./ciFile.ts";
import { readGithubPipeline } from "./github.ts";
import { readGitlabPipeline } from "./gitlab.ts";

const workflow = /^\.github\/workflows\/[^/]+\.ya?ml$/;
const gitlabFile = ".gitlab-ci.yml";

export async function readCi(
  all: readonly string[],
  read: (path: string) => Promise<string | undefined>,
): Promise<readonly CiPipeline[]> {
  const gitlab = all.includes(gitlabFile) ? await readGitlabPipeline(gitlabFile, read, all) : undefined;
  const github = await Promise.all(
    all.filter((file) => workflow.test(file)).map(async (file) => readGithubPipeline(file, (await read(file)) ?? "")),
  );
  return [...(gitlab === undefined ? [] : [gitlab]), ...github];
}
