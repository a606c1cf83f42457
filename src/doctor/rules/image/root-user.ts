import { imagePlace } from "../../imagePlace.ts";
import { defineRule, type Rule } from "../../rule.ts";

const app = { "$IMAGE/1/app": "$GO_PROGRAM(example.com/app)" };

export const rule: Rule = defineRule({
  id: "image/root-user",
  title: "the image starts its program as root",
  severity: "advice",
  why: "A hole in the program is then a hole in everything the container may touch, and Kubernetes' runAsNonRoot refuses it.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  examples: {
    bad: { $IMAGE: '{ "Entrypoint": ["/app"] }\n', ...app },
    good: { $IMAGE: '{ "Entrypoint": ["/app"], "User": "65532" }\n', ...app },
    silent: {
      "a user by name": {
        $IMAGE: '{ "Entrypoint": ["/app"], "User": "app" }\n',
        ...app,
        "$IMAGE/1/etc/passwd": "app:x:1000:1000::/:/sh\n",
      },
      "it starts nothing": { $IMAGE: "{}\n", "$IMAGE/1/data": "\n" },
    },
  },
  *check(facts) {
    const { verdict } = facts.image ?? {};
    if (verdict?.uid !== 0 || verdict.argv.length === 0) return;
    yield {
      ...imagePlace(facts, ["USER", "ENTRYPOINT", "CMD"]),
      message: "the image starts as root: USER 65532:65532",
    };
  },
});
