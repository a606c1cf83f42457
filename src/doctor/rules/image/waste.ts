import { imagePlace } from "../../imagePlace.ts";
import { defineRule, type Rule } from "../../rule.ts";

const config = '{ "Entrypoint": ["/app"] }\n';
const app = { "$IMAGE/1/app": "$GO_PROGRAM(example.com/app)", "$IMAGE/1/data": "x".repeat(4000) };
/** Of what is pulled. */
const most = 0.1;

export const rule: Rule = defineRule({
  id: "image/waste",
  title: "layers hold what later ones have removed or replaced",
  severity: "warning",
  why: "Every host pulls and keeps it, and nobody ever sees it. What one RUN makes, the same RUN must remove; a chown or chmod in a RUN of its own copies each file.",
  source: "https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts",
  examples: {
    bad: { $IMAGE: config, ...app, "$IMAGE/1/cache/index": "x".repeat(2000), "$IMAGE/2/cache/.wh.index": "" },
    good: { $IMAGE: config, ...app },
    silent: {
      "a little, as every image has": { $IMAGE: config, ...app, "$IMAGE/1/tmp/x": "x", "$IMAGE/2/tmp/.wh.x": "" },
    },
  },
  *check(facts) {
    const { size = 0, wasted = 0, savings = [], layers = [] } = facts.image?.layers ?? {};
    const [first] = savings;
    if (first === undefined || wasted <= size * most) return;
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    const [largest] = first.largest;
    yield {
      ...imagePlace(facts, ["RUN", "COPY"]),
      message: `${megabytes(wasted)} of ${megabytes(size)} show nowhere (${Math.round((100 * wasted) / size)}%), most of it ${largest?.path ?? ""} of layer ${first.from + 1}, which layer ${first.hiddenBy + 1} hides: fairlead image layers tells the rest`,
      evidence: [first.from, first.hiddenBy].flatMap((index) => {
        const text = layers[index]?.instruction;
        return text === undefined ? [] : [{ file: `layer ${index + 1}`, line: 1, text }];
      }),
    };
  },
});
