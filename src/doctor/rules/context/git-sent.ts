import { takesSource } from "../../goInDocker.ts";
import { ignoreLine } from "../../ignoreLine.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  ".git/HEAD": "ref: refs/heads/main\n",
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  ".dockerignore": "*.md\n",
};
const dockerfile = "FROM golang:1.24\nCOPY . .\nRUN go build -o /app .\n";

export const rule: Rule = defineRule({
  id: "context/git-sent",
  title: ".git is sent and copied though no command asks git",
  severity: "advice",
  why: "All history goes into the layer, and every commit, fetch or checkout changes it, so that nothing behind the COPY comes from the cache. What go build writes about the revision into the program is all it serves for; -ldflags -X with a build argument does that as well.",
  source: "https://docs.docker.com/build/concepts/context/#dockerignore-files",
  examples: {
    bad: { ...files, Dockerfile: dockerfile },
    good: { ...files, ".dockerignore": "*.md\n.git\n", Dockerfile: dockerfile },
    fixed: { ".dockerignore": "*.md\n.git\n" },
    silent: {
      "git is asked": {
        ...files,
        Dockerfile: 'FROM golang:1.24\nCOPY . .\nRUN go build -ldflags "-X main.v=$(git describe)" -o /app .\n',
      },
      "a script may ask it": { ...files, Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN make build\n" },
      "the revision is asked for": {
        ...files,
        Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build -buildvcs=true -o /app .\n",
      },
      "only a folder is copied": { ...files, Dockerfile: "FROM golang:1.24\nCOPY cmd cmd\nRUN go build ./cmd\n" },
      "no repository": { "go.mod": files["go.mod"], ".dockerignore": "*.md\n", Dockerfile: dockerfile },
      "hidden by a pattern": { ...files, ".dockerignore": "**/.git/\n", Dockerfile: dockerfile },
      "nothing but what is needed": { ...files, ".dockerignore": "*\n!*.go\n!go.mod\n", Dockerfile: dockerfile },
    },
  },
  *check({ dockerfiles, text }) {
    for (const dockerfile of dockerfiles) {
      const { stages, reached, context, file } = dockerfile;
      if (context.ignoreFile === undefined || !context.toolFolders.includes(".git")) continue;
      if (context.hiddenBy(".git/HEAD") !== undefined) continue;
      const instructions = stages.filter((stage) => reached.has(stage)).flatMap((stage) => stage.instructions);
      const copy = instructions.find((each) => takesSource(each));
      // What a script, a Makefile or another build tool asks of git can't be told from here.
      const isKnown = instructions
        .filter(({ keyword }) => keyword === "RUN")
        .every(
          ({ commands, text }) => commands.every(({ name }) => known.test(name)) && !/\bgit\b|buildvcs/.test(text),
        );
      if (copy === undefined || !isKnown) continue;
      const fix = ignoreLine(dockerfile, text, ".git", false);
      yield {
        file,
        start: copy.start,
        end: copy.end,
        message: `this copies .git, and nothing here asks git: ${context.ignoreFile} does not name it`,
        ...(fix === undefined ? {} : { fix }),
      };
    }
  },
});

/** Programs that look at no repository, but go build, which only writes its revision down. */
const known =
  /^(|go|\S*\/bin\/go|apk|apt|apt-get|cd|chmod|chown|cp|echo|export|groupadd|ls|mkdir|mv|rm|set|touch|update-ca-certificates|useradd|adduser|addgroup|upx)$/;
