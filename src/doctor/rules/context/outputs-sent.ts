import { compiles, goSteps, takesSource } from "../../goInDocker.ts";
import { ignoreLine } from "../../ignoreLine.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": "package main\n\nfunc main() {}\n",
  ".dockerignore": ".git\n",
};
const dockerfile = "FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/app .\n";

export const rule: Rule = defineRule({
  id: "context/outputs-sent",
  title: "what builds and tests leave behind is copied into the build",
  severity: "warning",
  why: "Each build on this machine changes the layer, and everything after it is built anew. Megabytes are sent that the build makes by itself.",
  source: "https://docs.docker.com/build/cache/optimize/#keep-the-context-small",
  examples: {
    bad: { ...files, app: "\u007fELF", Dockerfile: dockerfile },
    good: { ...files, app: "\u007fELF", ".dockerignore": ".git\n/app\n", Dockerfile: dockerfile },
    fixed: { ".dockerignore": ".git\n/app\n" },
    silent: {
      "the program is built elsewhere, and this is how it gets in": {
        ...files,
        app: "\u007fELF",
        Dockerfile: 'FROM debian:12\nCOPY . /srv\nCMD ["/srv/app"]\n',
      },
      "a folder of that name": { ...files, "app/app.go": "package app\n", Dockerfile: dockerfile },
      "nothing is left behind": { ...files, "cover.md": "", Dockerfile: dockerfile },
      "a folder is copied that holds none": {
        ...files,
        app: "\u007fELF",
        Dockerfile: "FROM golang:1.24\nCOPY go.mod main.go ./\nRUN go build -o /out/app .\n",
      },
      "a command names it": {
        ...files,
        app: "\u007fELF",
        Dockerfile: `${dockerfile}RUN ./app --version\n`,
      },
    },
  },
  *check({ dockerfiles, go, text }) {
    if (go === undefined) return;
    const programs = new Set(go.mains.map(({ name }) => name));
    for (const dockerfile of dockerfiles) {
      const { stages, reached, context, file } = dockerfile;
      if (context.ignoreFile === undefined) continue;
      const left = context.files.filter((path) => isLeftBehind(path, programs) && context.hiddenBy(path) === undefined);
      const [first] = left;
      if (first === undefined) continue;
      for (const stage of stages) {
        const isBuilt = reached.has(stage) && goSteps(stage).some(({ verb }) => compiles.has(verb));
        const copy = isBuilt ? stage.instructions.find((each) => takesSource(each)) : undefined;
        if (copy === undefined) continue;
        const name = first.slice(first.lastIndexOf("/") + 1);
        const isUsed = stages.some(({ instructions }) =>
          instructions.some(({ keyword, commands }) => {
            return keyword === "RUN" && commands.some((each) => each.name.endsWith(`/${name}`) || each.name === name);
          }),
        );
        if (isUsed) continue;
        const fix = ignoreLine(dockerfile, text, `/${first}`, true);
        const more = left.length > 1 ? ` and ${left.length - 1} more such files` : "";
        yield {
          file,
          start: copy.start,
          end: copy.end,
          message: `this copies ${first}${more}, which a build or test on this machine left: ${context.ignoreFile} does not name it`,
          ...(fix === undefined ? {} : { fix }),
        };
        break;
      }
    }
  },
});

/** What the go command and its tools write, by their own names: a program at the root or in bin/, test binaries, profiles. */
function isLeftBehind(path: string, programs: ReadonlySet<string>): boolean {
  if (/(^|\/)(testdata|vendor|node_modules)\//.test(path)) return false;
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (programs.has(name) && /^(bin\/|dist\/|build\/|out\/)?[^/]+$/.test(path)) return true;
  return /^__debug_bin\d*$|^coverage\.out$|^(cpu|mem|block|mutex)\.(prof|pprof)$/.test(name);
}
