import { imagePlace } from "../../imagePlace.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "image/may-not-start",
  title: "whether the image starts is decided by a mount or a variable",
  severity: "advice",
  why: "What the image itself holds does not start. Where the mount or the variable is missing, as on another host, it ends with the error that is quoted.",
  source: "fairlead image why; docs/image.md",
  examples: {
    bad: {
      $IMAGE: '{ "Entrypoint": ["/data/app"], "Volumes": { "/data": {} } }\n',
      "$IMAGE/1/etc/hostname": "a\n",
    },
    good: { $IMAGE: '{ "Entrypoint": ["/app"] }\n', "$IMAGE/1/app": "$GO_PROGRAM(example.com/app)" },
    silent: {
      "it fails whatever is mounted": { $IMAGE: '{ "Entrypoint": ["/app"] }\n', "$IMAGE/1/etc/hostname": "a\n" },
    },
  },
  *check(facts) {
    const { verdict } = facts.image ?? {};
    if (verdict?.verdict !== "depends" || verdict.obstacle === undefined) return;
    const { error, reason } = verdict.obstacle;
    yield { ...imagePlace(facts, ["ENTRYPOINT", "CMD"]), message: `${reason}: "${error}"` };
  },
});
