import { imagePlace } from "../../imagePlace.ts";
import { defineRule, type Rule } from "../../rule.ts";

const start = '{ "Entrypoint": ["/start.sh"] }\n';

export const rule: Rule = defineRule({
  id: "image/will-not-start",
  title: "the image's command can't be started",
  severity: "error",
  why: "The command was followed as the runtime, the kernel and the loader follow it, in the image's own files: docker run ends with the error that is quoted.",
  source: "fairlead image why; docs/image.md",
  examples: {
    bad: { $IMAGE: start, "$IMAGE/1/start.sh": "#!/bin/bash\nexec /app\n" },
    good: {
      $IMAGE: start,
      "$IMAGE/1/start.sh": "#!/bin/sh\nexec /app\n",
      "$IMAGE/1/bin/sh": "$GO_PROGRAM(example.com/sh)",
    },
    silent: {
      "no image is given": {
        Dockerfile: 'FROM alpine:3.20\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n',
        "start.sh": "#!/bin/bash\n",
      },
    },
  },
  *check(facts) {
    const { verdict } = facts.image ?? {};
    if (verdict?.verdict !== "fails" || verdict.obstacle === undefined) return;
    const { error, reason, fixes } = verdict.obstacle;
    yield {
      ...imagePlace(facts, ["ENTRYPOINT", "CMD"]),
      message: `${reason}: "${error}"${fixes[0] === undefined ? "" : `. ${fixes[0]}`}`,
      evidence: verdict.chain.map((text, index) => ({ file: facts.image?.name ?? "", line: index + 1, text })),
    };
  },
});
