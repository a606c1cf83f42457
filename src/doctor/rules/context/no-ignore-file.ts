import { takesSource } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "context/no-ignore-file",
  title: "COPY . . without a .dockerignore",
  severity: "warning",
  why: "All of the folder is sent and copied: .git with its history, .env with its secrets, binaries. Each commit changes .git, so the layer is never cached.",
  source: "https://docs.docker.com/build/concepts/context/#dockerignore-files",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build -o /app .\n" },
    good: { Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build -o /app .\n", ".dockerignore": ".git\n" },
    silent: {
      "the Dockerfile has one of its own": {
        Dockerfile: "FROM golang:1.24\nCOPY . .\n",
        "Dockerfile.dockerignore": ".git\n",
      },
      "a folder that is no repository": {
        "app/Dockerfile": "FROM gradle:8\nCOPY . /home/gradle\nRUN gradle build\n",
        "app/build.gradle": "",
      },
      "nothing tells where the build is started": {
        "tests/tomcat/Dockerfile": "FROM tomcat:11\nCOPY . /usr/local/tomcat/webapps/\n",
      },
      "only named files are copied": { Dockerfile: "FROM golang:1.24\nCOPY go.mod main.go ./\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file, context, text } of dockerfiles) {
      // A folder below the root has no .git: there is little to leave out.
      if (context.ignoreFile !== undefined || context.folder !== "" || !context.isTold) continue;
      const copy = stages.flatMap(({ instructions }) => instructions).find((each) => takesSource(each));
      if (copy === undefined) continue;
      yield {
        file,
        start: copy.start,
        end: copy.end,
        message: `${text.slice(copy.start, copy.end).trim()} takes everything, .git and secrets among it: no .dockerignore leaves anything out (fairlead init writes one)`,
      };
    }
  },
});
