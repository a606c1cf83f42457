import { mounts, takesSource } from "../../goInDocker.ts";
import type { ShellCommand } from "../../../repo/dockerfile/shell.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "package.json": "{}\n", "package-lock.json": "{}\n" };

export const rule: Rule = defineRule({
  id: "docker/source-before-install",
  title: "the source is copied before npm, yarn, pnpm or pip install",
  severity: "warning",
  why: "A layer is built anew when anything before it changed: every one-line change installs all packages again.",
  source: "https://docs.docker.com/build/cache/optimize/ (order your layers)",
  examples: {
    bad: { ...files, Dockerfile: "FROM node:22\nWORKDIR /src\nCOPY . .\nRUN npm ci\nRUN npm run build\n" },
    good: {
      ...files,
      Dockerfile:
        "FROM node:22\nWORKDIR /src\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n",
    },
    fixed: {
      Dockerfile:
        "FROM node:22\nWORKDIR /src\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n",
    },
    silent: {
      "a cache mount": {
        ...files,
        Dockerfile: "FROM node:22\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
      },
      "one package by name": { ...files, Dockerfile: "FROM node:22\nCOPY . .\nRUN npm install -g pnpm@9\n" },
      "a stage that nobody builds on": {
        ...files,
        Dockerfile: "FROM node:22 AS dev\nCOPY . .\nRUN npm ci\nFROM scratch\nCOPY package.json /\n",
      },
    },
  },
  *check({ dockerfiles, has }) {
    for (const { stages, reached, file, text, context } of dockerfiles) {
      for (const stage of stages) {
        if (!reached.has(stage)) continue;
        const install = stage.instructions.find(({ commands }) => commands.some(installsAll));
        const copy = stage.instructions.find((each) => takesSource(each) && each.start < (install?.start ?? 0));
        if (install === undefined || copy === undefined) continue;
        if (mounts(install.flags).some((mount) => mount.get("type") === "cache")) continue;
        const tool = install.commands.find(installsAll)?.name ?? "";
        const lists = listsOf(tool).filter((name) => has(context.folder === "" ? name : `${context.folder}/${name}`));
        // Only two instructions, one behind the other, change places without a doubt; a script may need the source.
        const isPlain =
          lists.length > 1 &&
          /^COPY \. \.\r?\nRUN (npm ci|yarn install --frozen-lockfile|pnpm install --frozen-lockfile)$/.test(
            text.slice(copy.start, install.end),
          );
        yield {
          file,
          start: copy.start,
          end: copy.end,
          message: `${text.slice(copy.start, copy.end).trim()} comes before ${tool} installs (line ${install.line})`,
          ...(isPlain
            ? {
                fix: {
                  safe: true,
                  title: `copy ${lists.join(" and ")}, install, then copy the source`,
                  edits: [
                    {
                      file,
                      start: copy.start,
                      end: install.end,
                      text: `COPY ${lists.join(" ")} ./\n${text.slice(install.start, install.end)}\nCOPY . .`,
                    },
                  ],
                },
              }
            : {}),
        };
      }
    }
  },
});

/** All that the project's own list names, and not a package by its name. */
function installsAll({ name, args }: ShellCommand): boolean {
  const words = args.map(({ text }) => text);
  const named = words.slice(1).filter((word) => !word.startsWith("-"));
  if (name === "npm") return words[0] === "ci" || (/^(install|i)$/.test(words[0] ?? "") && named.length === 0);
  if (name === "yarn") return words.length === 0 || (words[0] === "install" && named.length === 0);
  if (name === "pnpm") return /^(install|i)$/.test(words[0] ?? "") && named.length === 0;
  if (name === "pip" || name === "pip3") return words[0] === "install" && words.includes("-r");
  return false;
}

function listsOf(tool: string): readonly string[] {
  if (tool === "npm") return ["package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"];
  if (tool === "yarn") return ["package.json", "yarn.lock", ".yarnrc.yml"];
  if (tool === "pnpm") return ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"];
  return ["requirements.txt"];
}
