import { imagePlace } from "../../imagePlace.ts";
import { defineRule, type Rule } from "../../rule.ts";

const config = '{ "Entrypoint": ["/app"] }\n';
const app = { "$IMAGE/1/app": "$GO_PROGRAM(example.com/app)" };

export const rule: Rule = defineRule({
  id: "image/secret-inside",
  title: "a layer of the image holds a file of keys or passwords",
  severity: "error",
  why: "Whoever may pull the image has it, also when a later layer removed it: docker save gives every layer. Take it out of the build, and change the secret: it is known.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: {
    bad: {
      $IMAGE: config,
      ...app,
      "$IMAGE/1/root/.netrc": "machine git.example.com\n",
      "$IMAGE/2/root/.wh..netrc": "",
    },
    good: { $IMAGE: config, ...app },
    silent: {
      "a test's of a package": { $IMAGE: config, ...app, "$IMAGE/1/usr/lib/tests/id_rsa": "a key\n" },
      "certificates that everybody has": { $IMAGE: config, ...app, "$IMAGE/1/etc/ssl/certs/ca.pem": "\n" },
    },
  },
  *check(facts) {
    for (const { path, layer, isHidden } of facts.image?.secrets ?? [])
      yield {
        ...imagePlace(facts, ["COPY", "RUN"]),
        message: `${path} lies in layer ${layer + 1}${isHidden ? ", and is only hidden by a later one" : ""}`,
      };
  },
});
