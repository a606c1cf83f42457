import { mentions, programsIn } from "../../runtimeStage.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.Get("https://api.example.com/v1")\n}\n',
};
const build = "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\n";
const run = 'COPY --from=build /app /app\nENTRYPOINT ["/app"]\n';

export const rule: Rule = defineRule({
  id: "docker/no-certificates",
  title: "the program talks TLS on an image without certificates",
  severity: "error",
  why: "Nothing can be trusted there: tls: failed to verify certificate: x509: certificate signed by unknown authority.",
  source: "crypto/x509, root_linux.go (where Go looks for roots)",
  examples: {
    bad: { ...files, Dockerfile: `${build}FROM scratch\n${run}` },
    good: {
      ...files,
      Dockerfile: `${build}FROM scratch\nCOPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n${run}`,
    },
    fixed: {
      Dockerfile: `${build}FROM scratch\nCOPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n${run}`,
    },
    silent: {
      "the base has them": { ...files, Dockerfile: `${build}FROM gcr.io/distroless/static-debian12\n${run}` },
      "the program has them": {
        ...files,
        "roots.go": 'package main\n\nimport _ "golang.org/x/crypto/x509roots/fallback"\n',
        Dockerfile: `${build}FROM scratch\n${run}`,
      },
      "it only serves": {
        "go.mod": files["go.mod"],
        "main.go": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
        Dockerfile: `${build}FROM scratch\n${run}`,
      },
    },
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const { last, file, stages } = dockerfile;
      if (last === undefined || last.base.system !== "scratch") continue;
      if (mentions(last, /\bcerts?\b|ca-cert|cacert|\/etc\/ssl|SSL_CERT/i) || copiesAll(last.instructions)) continue;
      for (const { baseNeeds, embedsRoots } of programsIn(facts, dockerfile)) {
        const need = embedsRoots ? undefined : baseNeeds.find(({ kind }) => kind === "certificates");
        const copy = last.instructions.find((each) => each.copy?.from !== undefined);
        if (need === undefined) continue;
        const source = stages.find(({ name, base }) => name === copy?.copy?.from && base.name === "golang");
        yield {
          file,
          start: last.from.start,
          end: last.from.end,
          message: `${need.call} needs certificates, and nothing copies them to this stage`,
          evidence: [{ file: need.file, line: need.line, text: need.call }],
          ...(copy !== undefined && source !== undefined
            ? {
                fix: {
                  safe: true,
                  title: "copy the builder's",
                  edits: [
                    {
                      file,
                      start: copy.start,
                      end: copy.start,
                      text: `COPY --from=${source.name ?? ""} /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n`,
                    },
                  ],
                },
              }
            : {}),
        };
        break;
      }
    }
  },
});

function copiesAll(
  instructions: readonly {
    readonly copy: { readonly sources: readonly string[]; readonly destination: string } | undefined;
  }[],
): boolean {
  return instructions.some(
    ({ copy }) => copy?.destination === "/" && copy.sources.some((source) => source.endsWith("/")),
  );
}
