// Modules fetched from their repositories: paths, git, credentials.

import { at, found, stagesOn } from "../evidence.ts";
import { required } from "../goFacts.ts";
import { requiredHere, route } from "../privateModule.ts";
import { type Symptom, defineSymptom } from "../symptom.ts";

export const goRepositorySymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/no-credentials",
    title: "git has no credentials, and nobody to ask for them",
    tools: "git, and go that runs it",
    match: [
      { has: "could not read Username for", line: /could not read Username for '(?<url>[^']+)'/ },
      { has: "could not read Password for", line: /could not read Password for '(?<url>[^']+)'/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "private",
        when: async ({ field, project }) => {
          const host = /^https?:\/\/(?:[^@/]*@)?([^/:]+)/.exec(field("url"))?.[1] ?? "";
          const all = (await project.goMods())
            .flatMap(({ requires }) => requires)
            .filter(({ path }) => path.startsWith(`${host}/`));
          const dockerfiles = await project.dockerfiles();
          const mounts = dockerfiles.flatMap((dockerfile) => {
            return dockerfile.instructions
              .filter(
                ({ keyword, rest }) =>
                  keyword === "RUN" &&
                  /\bgo\s+(?:mod|build|install|test)/.test(rest) &&
                  !/--mount=type=(?:secret|ssh)/.test(rest),
              )
              .slice(0, 1)
              .map((each) => at(dockerfile, each, "fetches modules, without a secret or an ssh key mounted"));
          });
          const proof = found(...all.slice(0, 3).map(({ at }) => at), ...(all.length === 0 ? [] : mounts));
          return proof === undefined ? undefined : { ...proof, fields: { host } };
        },
        happened: ({ field }) =>
          `A required module is in a repository on ${field("host")} that asked for a user name, and no credentials were there. GitHub and GitLab ask also for repositories that don't exist: a misspelt or renamed path looks the same.`,
        fix: "Check the path first. If it is private, give this build read access: a .netrc as a secret, or an ssh key with an insteadOf rule. Never as ARG or ENV: they stay in the image.",
        commands: ({ field }) =>
          `go env -w GOPRIVATE=${field("host")}/…\nRUN --mount=type=secret,id=netrc,target=/root/.netrc go mod download\ndocker build --secret id=netrc,src=$HOME/.netrc .`,
        check: ({ field }) => `GIT_TERMINAL_PROMPT=0 git ls-remote https://${field("host")}/OWNER/REPOSITORY`,
      },
      {
        id: "general",
        happened: ({ field }) =>
          `${field("url")} asked for a user name, and git had none and nobody to ask. The repository is private, or there is none of that name (forges don't say which).`,
        fix: "Check the path. For a private repository: a credential helper, a .netrc, or ssh with url.….insteadOf; in CI the job's token.",
        commands: 'git config --global url."ssh://git@HOST/".insteadOf "https://HOST/"',
        check: ({ field }) => `GIT_TERMINAL_PROMPT=0 git ls-remote ${field("url")}/OWNER/REPOSITORY`,
      },
    ],
  }),
  defineSymptom({
    id: "go/no-secure-protocol",
    title: "No secure way to the repository",
    tools: "go 1.20 and newer",
    match: [
      {
        has: "no secure protocol found",
        line: /(?<module>[^\s:@]+)(?:@(?<version>[^\s:]+))?: no secure protocol found for repository/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "no-answer",
        when: required,
        happened: ({ field }) =>
          `The go command tried https and ssh for ${field("module")}, and none of them answered well: no credentials, a certificate that nobody here vouches for, a host that is not reached, or no git program at all.`,
        fix: "Ask git itself: its answer says which. GOINSECURE is for a server without https, not for missing credentials.",
        commands: ({ field }) => `git ls-remote https://${field("module")}\ngit ls-remote ssh://git@${field("module")}`,
        check: ({ field }) => `GOPROXY=direct go list -m ${field("module")}@latest`,
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The go command tried https and ssh for ${field("module")}, and none of them answered well.`,
        fix: "Ask git itself: its answer says why.",
        commands: ({ field }) => `git ls-remote https://${field("module")}`,
        check: route,
      },
    ],
  }),
  defineSymptom({
    id: "go/no-git",
    title: "The go command needs git, and there is none",
    tools: "go",
    match: [
      { has: "missing Git command", line: /missing Git command/ },
      { has: 'exec: "git": executable file not found', line: /exec: "git": executable file not found/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "direct",
        when: async ({ project }) =>
          found(...(await stagesOn(project, /alpine|slim|wolfi/)).map((each) => ({ ...each, says: "has no git" }))),
        happened:
          "A module is fetched from its repository itself (GOPROXY=direct, or a path that GOPRIVATE names), and the image has no git.",
        fix: "Install git in the build stage, or let all modules come through a proxy that has the credentials.",
        commands: "RUN apk add --no-cache git",
        check: "docker build .",
      },
      {
        id: "general",
        happened:
          "A module is fetched from its repository itself (GOPROXY=direct, or a path that GOPRIVATE names), and git is not on PATH.",
        fix: "Install git, or let all modules come through a proxy.",
        commands: "go env GOPROXY GOPRIVATE GONOPROXY",
        check: "git --version; go mod download",
      },
    ],
  }),
  defineSymptom({
    id: "go/vcs-not-allowed",
    title: "GOVCS does not allow the version control program",
    tools: "go 1.16 and newer",
    match: [
      { has: "GOVCS disallows", line: /GOVCS disallows using (?<vcs>\w+) for (?<kind>public|private) (?<module>\S+);/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "govcs",
        happened: ({ field }) =>
          `${field("module")} is fetched directly with ${field("vcs")}, and GOVCS does not allow that for ${field("kind")} paths. By default these are git and hg for public ones, anything for private ones.`,
        fix: "Fetch it through a proxy, or allow it for this path alone.",
        commands: ({ field }) =>
          `go env -w 'GOVCS=${field("module").split("/")[0] ?? ""}:${field("vcs")},public:git|hg,private:all'`,
        check: route,
      },
    ],
  }),
  defineSymptom({
    id: "go/no-import-meta",
    title: "The path leads to no repository",
    tools: "go",
    match: [
      { has: "unrecognized import path", line: /unrecognized import path "(?<module>[^"]+)": (?<why>.+)/ },
      { has: "no go-import meta tags", line: /no go-import meta tags/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "no-meta",
        when: async (seen) => requiredHere(seen),
        happened: ({ field }) =>
          `The go command asked ${field("module").split("/")[0] ?? ""} where the repository is, and got no answer that it can use (${field("why")}). A misspelt path, a server behind a login page, or one without the go-import tag.`,
        fix: "Open https://PATH?go-get=1: it must answer with a go-import tag, without a login. A path that ends in .git before its subfolders needs no tag.",
        commands: ({ field }) => `curl -sSL 'https://${field("module")}?go-get=1' | grep go-import`,
        check: route,
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The go command found no repository for ${field("module") || "the path"} (${field("why")}).`,
        fix: "Check the path; its host must answer ?go-get=1 with a go-import tag.",
        commands: ({ field }) => `curl -sSL 'https://${field("module")}?go-get=1' | grep go-import`,
        check: route,
      },
    ],
  }),
];
