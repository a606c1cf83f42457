import { imagePlace } from "../../imagePlace.ts";
import { defineRule, type Rule } from "../../rule.ts";

const config = '{ "Entrypoint": ["/app"], "User": "1000", "Volumes": { "/data": {} } }\n';
const app = { "$IMAGE/1/app": "$GO_PROGRAM(example.com/app)" };

export const rule: Rule = defineRule({
  id: "image/need-missing",
  title: "the program will need something that the image does not have",
  severity: "warning",
  why: "It starts, and fails later: with the first request over TLS, the first local time, the first file that it writes. What is linked into it tells what it will ask for.",
  source: "fairlead image why; docs/image.md",
  examples: {
    bad: { $IMAGE: config, ...app, "$IMAGE/1/data/keep": "\n" },
    good: { $IMAGE: config.replace('"User": "1000", ', ""), ...app, "$IMAGE/1/data/keep": "\n" },
    silent: {
      "nothing asks for it": { $IMAGE: '{ "Entrypoint": ["/app"], "User": "1000" }\n', ...app },
    },
  },
  *check(facts) {
    for (const { state, reason, error, fixes } of facts.image?.verdict.needs ?? []) {
      if (state !== "missing") continue;
      yield {
        ...imagePlace(facts, ["ENTRYPOINT", "CMD"]),
        message: `${reason}${error === undefined ? "" : `: "${error}"`}${fixes[0] === undefined ? "" : `. ${fixes[0]}`}`,
      };
    }
  },
});
