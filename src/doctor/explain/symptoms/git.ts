// git, on a developer's machine and in CI.

import { found, ignored, lineOf } from "../evidence.ts";
import { oneCause } from "../oneCause.ts";
import { type Symptom, defineSymptom } from "../symptom.ts";

export const gitSymptoms: readonly Symptom[] = [
  oneCause({
    id: "git/dubious-ownership",
    title: "The repository belongs to another user",
    tools: "git 2.35.2 and newer",
    match: [
      { has: "detected dubious ownership", line: /detected dubious ownership in repository at '(?<folder>[^']+)'/ },
      { has: "unsafe repository", line: /unsafe repository \('(?<folder>[^']+)' is owned by someone else\)/ },
    ],
    cause: "ownership",
    happened: ({ field }) =>
      `${field("folder")} belongs to another user than the one who runs git, as it is with mounts and CI checkouts. git refuses, since a repository's configuration can start programs.`,
    fix: "Run as the owner, or say that this folder is safe. Don't write * on a machine that others use.",
    commands: ({ field }) => `git config --global --add safe.directory '${field("folder").replaceAll("'", "")}'`,
    check: "git status",
  }),
  defineSymptom({
    id: "git/not-a-repository",
    title: "No git repository",
    tools: "git",
    match: [{ has: "not a git repository", line: /not a git repository(?: \(or any .{1,60}\))?(?:: (?<folder>\S+))?/ }],
    known: "provoked",
    causes: [
      {
        id: "ignored",
        when: async (seen) => {
          const dockerfiles = await seen.project.dockerfiles();
          const asks = dockerfiles.some(({ instructions }) => {
            return instructions.some(({ keyword, rest }) => keyword === "RUN" && /\bgit\s/.test(rest));
          });
          return asks ? ignored(seen, ".git") : undefined;
        },
        happened:
          "The step asks git, and .git is kept out of the build context, where it should be kept: it is large, and each commit would invalidate the cache.",
        fix: "Ask git outside, and pass the answer as a build argument (fairlead build does).",
        commands: 'docker build --build-arg VERSION="$(git describe --tags --always)" .',
        check: "docker build .",
      },
      {
        id: "no-git",
        happened:
          "git was asked about a folder that is in no repository: another folder, a download without its history, a container without .git, or a worktree whose repository is elsewhere.",
        fix: "Run it in the checkout; in a container build pass the version as an argument; go build -buildvcs=false asks nobody.",
        commands: "git rev-parse --show-toplevel",
        check: "git status",
      },
    ],
  }),
  oneCause({
    id: "git/no-tags",
    title: "No tag to describe the commit by",
    tools: "git describe",
    match: [
      { has: "cannot describe anything", line: /No names found, cannot describe anything/ },
      { has: "No annotated tags can describe", line: /No annotated tags can describe/ },
      { has: "No tags can describe", line: /No tags can describe/ },
    ],
    cause: "shallow",
    happened:
      "The checkout has no tag on the way back from this commit: CI systems clone shallow and without tags, git describe counts annotated tags alone, or there is none yet.",
    fix: "Fetch history and tags (GitLab: GIT_DEPTH: 0; GitHub: fetch-depth: 0), and say --tags for plain tags, --always for a commit in place of nothing.",
    commands: "git fetch --tags --unshallow\ngit describe --tags --always",
    check: "git tag --merged | tail -1",
  }),
  oneCause({
    id: "git/repository-not-found",
    title: "The repository is not found",
    tools: "git",
    match: [
      { has: "not found", line: /fatal: repository '(?<url>[^']+)' not found/ },
      { has: "Repository not found", line: /(?:remote|ERROR): (?:ERROR: )?Repository not found/ },
      { has: "does not appear to be a git repository", line: /'(?<url>[^']+)' does not appear to be a git repository/ },
    ],
    cause: "not-found",
    happened: ({ field }) =>
      `${field("url") || "The server"} says that there is no such repository. Forges say so too where the credentials may not read it.`,
    fix: "Check owner and name (it may have been renamed or moved), then the credentials: which account do they belong to?",
    commands: ({ field }) => `git ls-remote '${field("url").replaceAll("'", "")}'\nssh -T git@HOST`,
    check: "git ls-remote URL",
  }),
  oneCause({
    id: "git/authentication-failed",
    title: "The server refuses the credentials",
    tools: "git",
    match: [
      { has: "Authentication failed for", line: /Authentication failed for '(?<url>[^']+)'/ },
      { has: "HTTP Basic: Access denied", line: /HTTP Basic: Access denied/ },
    ],
    cause: "credentials",
    happened: ({ field }) =>
      `Credentials were sent to ${field("url") || "the server"}, and refused: expired, withdrawn, without the scope for reading repositories, or a password where a token is asked for.`,
    fix: "Make a token that may read this repository. A CI job's own token reads other projects only where they allow it.",
    commands:
      "git config --show-origin --get-all credential.helper\ngit config --show-origin --get-regexp 'url\\..*insteadof'",
    check: "GIT_TERMINAL_PROMPT=0 git ls-remote URL",
  }),
  oneCause({
    id: "git/certificate",
    title: "git does not trust the server's certificate",
    tools: "git with GnuTLS (Debian) and OpenSSL",
    match: [
      {
        has: "server certificate verification failed",
        line: /unable to access '(?<url>[^']+)': server certificate verification failed/,
      },
      { has: "SSL certificate problem", line: /unable to access '(?<url>[^']+)': SSL certificate problem: (?<why>.+)/ },
    ],
    cause: "authority",
    happened: ({ field }) =>
      `The certificate of ${field("url")} is of an authority that is not known here: ca-certificates is missing, or it is a company's own.`,
    fix: "Install ca-certificates and add the authority. Don't set http.sslVerify=false: the credentials would go to whoever answers.",
    commands: ({ field }) =>
      `git config --global http.${/^https?:\/\/[^/]+/.exec(field("url"))?.[0] ?? "https://HOST"}/.sslCAInfo /path/to/ca.crt`,
    check: ({ field }) => `git ls-remote '${field("url").replaceAll("'", "")}'`,
  }),
  oneCause({
    id: "git/no-such-host",
    title: "git can't resolve the server's name",
    tools: "git, curl, ssh",
    match: [
      { has: "Could not resolve host", line: /Could not resolve host: (?<host>[^\s;]+)/ },
      { has: "Could not resolve hostname", line: /Could not resolve hostname (?<host>[^\s:]+)/ },
      { has: "unable to look up", line: /unable to look up (?<host>\S+) \(port \d+\)/ },
    ],
    cause: "dns",
    happened: ({ field }) =>
      `The name ${field("host")} is not resolved where this runs: another network's name, no network at all, or a misspelt host.`,
    fix: "Resolve it there. A container has the engine's resolver; a CI runner its own.",
    commands: ({ field }) => `getent hosts '${field("host").replaceAll("'", "")}'\ncat /etc/resolv.conf`,
    check: "git ls-remote URL",
  }),
  oneCause({
    id: "git/unknown-ref",
    title: "No such branch, tag or commit",
    tools: "git",
    match: [
      {
        has: "did not match any file(s) known to git",
        line: /pathspec '(?<ref>[^']+)' did not match any file\(s\) known to git/,
      },
      { has: "couldn't find remote ref", line: /couldn't find remote ref (?<ref>\S+)/i },
      { has: "not found in upstream", line: /Remote branch (?<ref>\S+) not found in upstream/ },
      {
        has: "unknown revision or path not in the working tree",
        line: /ambiguous argument '(?<ref>[^']+)': unknown revision or path/,
      },
      { has: "reference is not a tree", line: /reference is not a tree: (?<ref>\S+)/ },
    ],
    cause: "ref",
    happened: ({ field }) =>
      `This clone does not know ${field("ref")}: it was never fetched (CI clones one branch, shallow), is gone from the server (a force push, a deleted branch), or is misspelt.`,
    fix: "Fetch it by name, or more of the history.",
    commands: ({ field }) =>
      `git ls-remote origin '*${field("ref").replaceAll("'", "").split("/").at(-1) ?? ""}*'\ngit fetch origin --tags`,
    check: "git branch -a; git tag",
  }),
  oneCause({
    id: "git/no-identity",
    title: "git does not know who commits",
    tools: "git",
    match: [
      { has: "Please tell me who you are", line: /Please tell me who you are/ },
      { has: "empty ident name", line: /empty ident name/ },
    ],
    cause: "identity",
    happened: "A commit needs a name and an address, and none are set for this user, as in every fresh CI job.",
    fix: "Set them for this repository, or by the variables GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL and their GIT_COMMITTER_ kin.",
    commands: "git config user.name 'CI'\ngit config user.email 'ci@example.com'",
    check: "git var GIT_COMMITTER_IDENT",
  }),
  oneCause({
    id: "git/locked",
    title: "Another git is at work, or one died",
    tools: "git",
    match: [{ has: ".lock': File exists", line: /Unable to create '(?<lock>[^']+\.lock)': File exists/ }],
    cause: "lock",
    happened: ({ field }) =>
      `${field("lock")} is there: another git process works on this repository (an editor, a second job in the same folder), or one was killed and left it.`,
    fix: "Wait for the other one. If there is none, remove the file.",
    commands: ({ field }) => `pgrep -a git\nrm '${field("lock").replaceAll("'", "")}'`,
    check: "git status",
  }),
  oneCause({
    id: "git/push-rejected",
    title: "The branch has moved on at the server",
    tools: "git push",
    match: [
      { has: "[rejected]", line: /! \[rejected\]\s+(?<ref>\S+) -> \S+ \((?<why>fetch first|non-fast-forward)\)/ },
      { has: "failed to push some refs", line: /Updates were rejected because/ },
    ],
    cause: "behind",
    happened: ({ field }) => `Somebody pushed to ${field("ref") || "the branch"} since you fetched it.`,
    fix: "Fetch, put your commits on top, push again. A force push would throw the others' work away.",
    commands: "git pull --rebase\ngit push",
    check: "git status -sb",
  }),
  defineSymptom({
    id: "git/merge-conflict",
    title: "A merge conflict",
    tools: "git",
    match: [{ has: "CONFLICT (", line: /CONFLICT \((?<kind>[\w/ ]+)\): Merge conflict in (?<file>\S+)/ }],
    known: "provoked",
    causes: [
      {
        id: "go-sum",
        when: async ({ field, project }) => {
          const file = field("file");
          if (!/(^|\/)go\.(?:sum|work\.sum)$/.test(file)) return undefined;
          return found(await lineOf(project, file, /\S/, "a file that the go command writes")) ?? { evidence: [] };
        },
        happened: ({ field }) =>
          `Both sides added lines to ${field("file")}. Every line of it is true by itself: keep them all.`,
        fix: "Keep both sides' lines, let the go command drop what is not needed. A merge driver of git's does the first part by itself.",
        commands:
          "git checkout --ours go.sum && git show MERGE_HEAD:go.sum >> go.sum\ngo mod tidy\ngit add go.mod go.sum\necho 'go.sum merge=union' >> .gitattributes",
        check: "go mod verify",
      },
      {
        id: "general",
        happened: ({ field }) => `Both sides changed the same lines of ${field("file")}.`,
        fix: "Edit the file until it says what both meant, then add it and go on. In go.mod keep the higher version of each requirement.",
        commands: "git status\ngit diff",
        check: "git diff --check",
      },
    ],
  }),
  oneCause({
    id: "git/local-changes",
    title: "Local changes would be overwritten",
    tools: "git",
    match: [
      {
        has: "would be overwritten by",
        line: /Your local changes to the following files would be overwritten by (?<by>\w+)/,
      },
    ],
    cause: "changes",
    happened: ({ field }) =>
      `The ${field("by")} would replace files that have changes which no commit holds. In CI these are often go.mod and go.sum, changed by a command that ran before.`,
    fix: "Commit or stash them; in CI, find what changes files, and make it not (-mod=readonly, npm ci).",
    commands: "git diff --stat\ngit stash",
    check: "git status",
  }),
];
