import { mentions } from "../../runtimeStage.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/user-not-in-image",
  title: "USER names somebody whom the image does not know",
  severity: "error",
  why: "Without /etc/passwd a name is nobody: unable to find user app: no matching entries in passwd file. A number needs no file.",
  source: "https://docs.docker.com/reference/dockerfile/#user",
  examples: {
    bad: { Dockerfile: 'FROM scratch\nCOPY app /app\nUSER app\nENTRYPOINT ["/app"]\n' },
    good: { Dockerfile: 'FROM scratch\nCOPY app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n' },
    silent: {
      "passwd is copied": {
        Dockerfile:
          "FROM alpine:3.20 AS b\nRUN adduser -D app\nFROM scratch\nCOPY --from=b /etc/passwd /etc/passwd\nUSER app\n",
      },
      "distroless knows nonroot": { Dockerfile: "FROM gcr.io/distroless/static-debian12\nUSER nonroot\n" },
      "made before": { Dockerfile: "FROM alpine:3.20\nRUN addgroup -S app && adduser -S app -G app\nUSER app\n" },
      "the base's own": { Dockerfile: "FROM node:22\nUSER node\n" },
      "a whole system is copied": { Dockerfile: "FROM alpine:3.20 AS b\nFROM scratch\nCOPY --from=b / /\nUSER app\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file } of dockerfiles) {
      for (const stage of stages) {
        const { base } = stage;
        if (!reached.has(stage)) continue;
        for (const { keyword, text, start, end } of stage.instructions) {
          const name = keyword === "USER" ? (text.trim().split(":")[0] ?? "") : "";
          if (!/^[a-z_][\w-]*$/i.test(name) || name === "root" || name === "nobody") continue;
          if (mentions(stage, /passwd|adduser|useradd|\/etc\/?(\s|$)|busybox|rootfs|^\/\s+\/\s*$/)) continue;
          // Which users another base has, only that tells: of these it is known.
          const knows =
            base.system === "distroless" ? /^(nonroot|debug)$/ : /^(daemon|bin|sys|www-data|guest|mail|nonroot)$/;
          const isKnown =
            base.system === "scratch" ||
            ((base.name === "alpine" || base.name === "debian") && base.system !== "other");
          if (!isKnown || (base.system !== "scratch" && knows.test(name))) continue;
          yield { file, start, end, message: `${base.reference} has no user ${name}: take a number, USER 65532:65532` };
        }
      }
    }
  },
});
