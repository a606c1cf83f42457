import type { Instruction } from "../../../repo/dockerfile/dockerfile.ts";
import { takesSource } from "../../goInDocker.ts";
import { ignoreLine } from "../../ignoreLine.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "package.json": "{}\n", "node_modules/left-pad/index.js": "\n", ".dockerignore": ".git\n" };
const installs = "FROM node:22\nWORKDIR /src\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\n";

export const rule: Rule = defineRule({
  id: "context/node-modules-sent",
  title: "node_modules of this machine is copied over the image's",
  severity: "warning",
  why: "What was built for this machine's system and C library replaces what the image installed: invalid ELF header, or other versions than the lock file names. And tens of thousands of files are sent for each build.",
  source: "https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md",
  examples: {
    bad: { ...files, Dockerfile: installs },
    good: { ...files, ".dockerignore": ".git\nnode_modules\n", Dockerfile: installs },
    fixed: { ".dockerignore": ".git\n**/node_modules\n" },
    silent: {
      "it is what the image is made of": { ...files, Dockerfile: 'FROM node:22\nCOPY . .\nCMD ["node", "index.js"]\n' },
      "none is here": { "package.json": "{}\n", ".dockerignore": ".git\n", Dockerfile: installs },
      "hidden everywhere": { ...files, ".dockerignore": "**/node_modules/\n", Dockerfile: installs },
      "another folder is copied": {
        ...files,
        Dockerfile: "FROM node:22\nCOPY package.json ./\nRUN npm ci\nCOPY src src\n",
      },
    },
  },
  *check({ dockerfiles, text }) {
    for (const dockerfile of dockerfiles) {
      const { stages, reached, context, file } = dockerfile;
      if (context.ignoreFile === undefined) continue;
      const sent = context.toolFolders.find(
        (folder) => /(^|\/)node_modules$/.test(folder) && context.hiddenBy(`${folder}/x`) === undefined,
      );
      if (sent === undefined) continue;
      for (const { instructions } of stages.filter((stage) => reached.has(stage))) {
        const install = instructions.find(installsPackages);
        const copy = instructions.find((each) => takesSource(each) && each.start > (install?.start ?? Infinity));
        if (install === undefined || copy === undefined) continue;
        const fix = ignoreLine(dockerfile, text, "**/node_modules", true);
        yield {
          file,
          start: copy.start,
          end: copy.end,
          message: `this copies ${sent} over what line ${install.line} installed: ${context.ignoreFile} does not name it`,
          ...(fix === undefined ? {} : { fix }),
        };
      }
    }
  },
});

function installsPackages({ keyword, commands }: Instruction): boolean {
  return (
    keyword === "RUN" &&
    commands.some(({ name, args: [first, second] }) => {
      if (second !== undefined && !second.text.startsWith("-")) return false;
      if (name === "yarn") return first === undefined || first.text === "install" || first.text.startsWith("-");
      return (name === "npm" || name === "pnpm") && /^(ci|install|i)$/.test(first?.text ?? "");
    })
  );
}
