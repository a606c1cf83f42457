import { imagePlace } from "../../imagePlace.ts";
import { defineRule, type Rule } from "../../rule.ts";

const app = { "$IMAGE/1/app": "$GO_PROGRAM(example.com/app)" };
const config = '{ "Entrypoint": ["/app"] }\n';

export const rule: Rule = defineRule({
  id: "image/toolchain-inside",
  title: "the image that runs has a Go toolchain in it",
  severity: "warning",
  why: "Some 300 MB and a compiler, for one who gets in, that the program never needs: it was built in the stage that runs.",
  source: "https://docs.docker.com/build/building/multi-stage/",
  examples: {
    bad: { $IMAGE: config, ...app, "$IMAGE/1/usr/local/go/bin/go": "" },
    good: { $IMAGE: config, ...app },
    silent: {
      "an image to build in, which starts a shell": {
        $IMAGE: '{ "Cmd": ["/sh"] }\n',
        ...app,
        "$IMAGE/1/usr/local/go/bin/go": "",
      },
    },
  },
  *check(facts) {
    const { verdict, hasGo = false } = facts.image ?? {};
    const [program] = verdict?.argv ?? [];
    if (!hasGo || program === undefined || /(^|\/)(ba|da|z|)sh$/.test(program)) return;
    yield {
      ...imagePlace(facts, ["FROM", "COPY"]),
      message: "/usr/local/go is in the image: copy the program alone into a stage of its own",
    };
  },
});
