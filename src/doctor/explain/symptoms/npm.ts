// npm, in the stages and jobs beside Go's.

import { found, ignored, lineOf, notCopied, thing } from "../evidence.ts";
import { literally } from "../literally.ts";
import { oneCause } from "../oneCause.ts";
import { type Case, defineSymptom, type Found, type Symptom } from "../symptom.ts";

async function inPackageJson({ field, project }: Case, name = "package"): Promise<Found | undefined> {
  const wanted = field(name).replaceAll("%2f", "/");
  if (wanted === "") return undefined;
  return found(await lineOf(project, "package.json", new RegExp(`^\\s*"${literally(wanted)}":`), "asks for it"));
}

export const npmSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "npm/lock-out-of-sync",
    title: "package.json and its lock file disagree",
    tools: "npm ci, 7 and newer",
    match: [
      {
        has: "can only install packages when your package.json and package-lock.json",
        line: /`npm ci` can only install packages when your package\.json and package-lock\.json/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "stale",
        when: async ({ project }) =>
          project.tree.has("package.json")
            ? found(
                thing("package.json", "was changed"),
                project.tree.has("package-lock.json") ? thing("package-lock.json", "was not") : undefined,
              )
            : undefined,
        happened:
          "package.json asks for something that package-lock.json does not hold: it was edited by hand, or a merge kept one side. npm ci refuses, where npm install would quietly choose anew.",
        fix: "Bring the lock file in order on your machine, with the npm of the build, and commit both. Don't replace npm ci by npm install.",
        commands: "npm install --package-lock-only\ngit add package.json package-lock.json",
        check: "npm ci --dry-run",
      },
      {
        id: "general",
        happened: "package.json asks for something that package-lock.json does not hold.",
        fix: "Bring the lock file in order where both are edited, and commit both.",
        commands: "npm install --package-lock-only",
        check: "npm ci --dry-run",
      },
    ],
  }),
  defineSymptom({
    id: "npm/no-lock-file",
    title: "npm ci without a lock file",
    tools: "npm 7 and newer",
    match: [
      {
        has: "can only install with an existing package-lock.json",
        line: /`npm ci` command can only install with an existing package-lock\.json/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "ignored",
        when: (seen) => ignored(seen, "package-lock.json"),
        happened: "package-lock.json is in the repository, and never reached the build context.",
        fix: ({ field }) => `Let it through in ${field("ignore")}.`,
        check: "docker build .",
      },
      {
        id: "not-copied",
        when: (seen) => notCopied(seen, "package-lock.json"),
        happened: "package-lock.json is in the repository, and no COPY before this step takes it.",
        fix: "Copy both: COPY package.json package-lock.json ./",
        check: "docker build .",
      },
      {
        id: "absent",
        happened:
          "There is no package-lock.json here: it was never committed, git ignores it, or the project uses another package manager (yarn.lock, pnpm-lock.yaml).",
        fix: "Make it and commit it, or call the package manager whose lock file is there.",
        commands: "npm install --package-lock-only\ngit check-ignore -v package-lock.json",
        check: "npm ci --dry-run",
      },
    ],
  }),
  oneCause({
    id: "npm/no-package-json",
    title: "No package.json here",
    tools: "npm",
    match: [
      {
        has: "Could not read package.json",
        line: /(?:enoent )?Could not read package\.json.{0,60}open '(?<file>[^']+)'/,
      },
    ],
    cause: "absent",
    happened: ({ field }) =>
      `npm looked for ${field("file")}: it ran in another folder than the project's, or the file was not copied.`,
    fix: "Go to the project's folder first (WORKDIR, cd, npm --prefix web).",
    commands: "npm prefix",
    check: "npm pkg get name",
  }),
  defineSymptom({
    id: "npm/missing-script",
    title: "No script of that name",
    tools: "npm",
    match: [{ has: "Missing script", line: /[Mm]issing script: "?(?<script>[^"\s]+)/ }],
    known: "provoked",
    causes: [
      {
        id: "script",
        when: async ({ project }) =>
          found(await lineOf(project, "package.json", /^\s*"scripts":/, "the scripts that there are")),
        happened: ({ field }) => `package.json has no script ${field("script")}.`,
        fix: "Correct the name, or add the script.",
        commands: "npm run",
        check: "npm run",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The package.json that npm read has no script ${field("script")}; in a workspace, it may be another one's.`,
        fix: "Correct the name or the folder.",
        commands: "npm run\nnpm prefix",
        check: "npm run",
      },
    ],
  }),
  defineSymptom({
    id: "npm/not-found",
    title: "The registry does not have the package",
    tools: "npm",
    match: [
      {
        has: "404 Not Found - ",
        line: /404 Not Found - (?:GET|PUT) (?<url>\S+?\/(?<package>@[^/\s]+%2f[^\s/]+|[^/\s]+))(?:\s|$)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "name",
        when: (seen) => inPackageJson(seen),
        happened: ({ field }) =>
          `${field("url")} was asked, and has no such package: the name is wrong, or it is a private package and this registry was asked for lack of a line that maps its scope (or says 404 for lack of credentials).`,
        fix: "Map the scope to its registry in .npmrc, with a token from the environment.",
        commands: ({ field }) =>
          `npm config get registry\nnpm config get ${field("package").split("%2f")[0] ?? "@scope"}:registry`,
        check: ({ field }) => `npm view ${field("package").replace("%2f", "/")} version`,
      },
      {
        id: "general",
        happened: ({ field }) => `${field("url")} was asked, and has no such package.`,
        fix: "Check the name, and which registry its scope is mapped to.",
        commands: "npm config ls -l | grep registry",
        check: "npm ping",
      },
    ],
  }),
  oneCause({
    id: "npm/unauthorized",
    title: "The registry refuses the token",
    tools: "npm",
    match: [
      { has: "E401", line: /(?:code|npm (?:ERR!|error)) E401/ },
      { has: "ENEEDAUTH", line: /ENEEDAUTH/ },
    ],
    cause: "token",
    happened:
      "No token was sent, or it has expired: .npmrc names a variable that is not set here, or the line belongs to another registry's address (its path counts, too).",
    fix: "Look which line of which .npmrc counts. In a container build, mount it as a secret.",
    commands:
      "npm whoami\nnpm config ls -l | grep -i '//'\nRUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci",
    check: "npm whoami",
  }),
  oneCause({
    id: "npm/forbidden",
    title: "The registry forbids the package",
    tools: "npm",
    match: [{ has: "403 Forbidden - ", line: /403 Forbidden - (?:GET|PUT) (?<url>\S+)/ }],
    cause: "scope",
    happened: ({ field }) =>
      `${field("url")}: the token is valid and may not do this, or a rule of the registry's owners blocks the package.`,
    fix: "Ask for the right, or take a version that the rule allows. On publishing, the version may exist already.",
    commands: "npm whoami",
    check: ({ field }) => `curl -sSI '${field("url").replaceAll("'", "")}' | head -1`,
  }),
  defineSymptom({
    id: "npm/no-such-version",
    title: "No version satisfies the range",
    tools: "npm",
    match: [
      {
        has: "No matching version found for",
        line: /No matching version found for (?<package>(?:@[^@\s]+\/)?[^@\s]+)@(?<range>\S+?)\.?(?:\s|$)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "version",
        when: (seen) => inPackageJson(seen),
        happened: ({ field }) =>
          `The registry has ${field("package")}, and no version in ${field("range")}: it is not published yet, was withdrawn, or a mirror is behind.`,
        fix: "Take a version that exists.",
        commands: ({ field }) => `npm view ${field("package")} versions`,
        check: "npm ci --dry-run",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The registry has no version of ${field("package")} in ${field("range")}; a dependency asks for it.`,
        fix: "Find who asks, and take another version of that.",
        commands: ({ field }) => `npm explain ${field("package")}\nnpm view ${field("package")} versions`,
        check: "npm ci --dry-run",
      },
    ],
  }),
  oneCause({
    id: "npm/peer-conflict",
    title: "Peer dependencies contradict each other",
    tools: "npm 7 and newer",
    match: [{ has: "ERESOLVE", line: /npm (?:ERR!|error)(?: code)? ERESOLVE|unable to resolve dependency tree/ }],
    cause: "peer",
    happened:
      "Two packages want versions of a third that can't both be had. npm 6 installed something all the same; since 7 it refuses.",
    fix: "Take versions that fit (the lines behind it say which package wants which), or override one. --legacy-peer-deps hides it, in every install from then on.",
    commands: "npm explain PACKAGE\nnpm pkg set overrides.PACKAGE=VERSION",
    check: "npm install --dry-run",
  }),
  oneCause({
    id: "npm/node-version",
    title: "This Node is not one that the package takes",
    tools: "npm with engine-strict",
    match: [
      { has: "EBADENGINE", line: /npm (?:ERR!|error) code EBADENGINE/ },
      {
        has: "Not compatible with your version of node",
        line: /error notsup Not compatible with your version of node\/npm: (?<package>\S+)/,
      },
    ],
    cause: "engine",
    happened: "engines in a package.json names versions of Node that this one is not among.",
    fix: "Use such a Node (the image's tag, the CI job's version, .nvmrc), or a version of the package that takes this one.",
    commands: "node --version\nnpm pkg get engines",
    check: "npm ci --dry-run",
  }),
  oneCause({
    id: "npm/json",
    title: "package.json is not JSON",
    tools: "npm",
    match: [{ has: "EJSONPARSE", line: /EJSONPARSE/ }],
    cause: "json",
    happened: "The file can't be parsed: a comma too many, marks of a merge, or a file that is not whole.",
    fix: "Correct it; the message behind it says near what.",
    commands: "git diff --check\nnode -e 'JSON.parse(fs.readFileSync(`package.json`))'",
    check: "npm pkg get name",
  }),
  oneCause({
    id: "npm/integrity",
    title: "A package is not what the lock file says",
    tools: "npm",
    match: [
      { has: "EINTEGRITY", line: /EINTEGRITY/ },
      { has: "integrity checksum failed", line: /integrity checksum failed/ },
    ],
    cause: "changed",
    happened:
      "What was downloaded has another hash than package-lock.json holds: another registry serves other bytes under the same version, a proxy rewrote them, or the cache is damaged.",
    fix: "Clean the cache and try again; if it stays, compare the tarball of the lock file's address with the one you got. Don't delete the lock file.",
    commands: "npm cache verify\nnpm config get registry",
    check: "npm ci",
  }),
  oneCause({
    id: "npm/unreachable",
    title: "The registry is not reached",
    tools: "npm",
    match: [
      {
        has: "npm error code E",
        line: /npm error code (?<code>ECONNREFUSED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ECONNRESET|ENETUNREACH)/,
      },
      {
        has: "npm ERR! code E",
        line: /npm ERR! code (?<code>ECONNREFUSED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ECONNRESET|ENETUNREACH)/,
      },
    ],
    cause: "registry",
    happened: ({ field }) =>
      `npm could not talk to its registry (${field("code")}): no network, a proxy that must be used, or an address that means another machine here (the loopback address in a container).`,
    fix: "Look which address is asked, and reach it from where npm runs.",
    commands: "npm config get registry\nnpm config get https-proxy\nnpm ping",
    check: "npm ping",
  }),
  oneCause({
    id: "npm/not-cached",
    title: "Offline, and not in the cache",
    tools: "npm --offline",
    match: [{ has: "ENOTCACHED", line: /ENOTCACHED/ }],
    cause: "offline",
    happened: "npm may not use the network (offline), and its cache does not hold this package.",
    fix: "Fill the cache before, with the same lock file, or let npm download.",
    commands: "npm config get offline\nnpm cache ls | head",
    check: "npm ci --prefer-offline",
  }),
  oneCause({
    id: "npm/permission",
    title: "npm may not write there",
    tools: "npm",
    match: [
      { has: "npm error code EACCES", line: /npm error code EACCES/ },
      { has: "npm ERR! code EACCES", line: /npm ERR! code EACCES/ },
    ],
    cause: "rights",
    happened: "The folder belongs to another user: files that root installed before, or a mount.",
    fix: "Install as the user who owns the folder. In a Dockerfile: COPY --chown, or WORKDIR before USER made by that user. Not with sudo.",
    commands: "ls -ld . node_modules ~/.npm",
    check: "npm ci --dry-run",
  }),
];
