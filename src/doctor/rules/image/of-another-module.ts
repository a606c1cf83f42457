import { imagePlace } from "../../imagePlace.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24.0\n", "main.go": "package main\n" };
const config = '{ "Entrypoint": ["/app"] }\n';

export const rule: Rule = defineRule({
  id: "image/of-another-module",
  title: "the program that the image starts is not built from this repository",
  severity: "warning",
  why: "The build information in it names another module: an older path of this one, or the wrong image. What is fixed here does not reach what runs.",
  source: "https://pkg.go.dev/debug/buildinfo",
  examples: {
    bad: { ...files, $IMAGE: config, "$IMAGE/1/app": "$GO_PROGRAM(example.com/other)" },
    good: { ...files, $IMAGE: config, "$IMAGE/1/app": "$GO_PROGRAM(example.com/app)" },
    silent: {
      "a script starts it": {
        ...files,
        $IMAGE: config,
        "$IMAGE/1/app": "#!/bin/sh\n",
        "$IMAGE/1/bin/sh": "$GO_PROGRAM(example.com/sh)",
      },
    },
  },
  *check(facts) {
    const { image, go } = facts;
    const program = image?.summary.goPrograms.find(({ path }) => path === image.verdict.argv[0]);
    const paths = (go?.modules ?? []).map(({ path }) => path);
    if (program?.module === undefined || paths.length === 0 || paths.includes(program.module)) return;
    yield {
      ...imagePlace(facts, ["ENTRYPOINT", "CMD"]),
      message: `${program.path} is of the module ${program.module} (${program.goVersion}), and this repository is ${paths.join(", ")}`,
    };
  },
});
