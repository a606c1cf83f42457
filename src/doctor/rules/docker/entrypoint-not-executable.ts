import { type Instruction, lineage, type Stage } from "../../../repo/dockerfile/dockerfile.ts";
import { absolutePath } from "../../goInDocker.ts";
import type { DockerfileFacts } from "../../facts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const script = { "entrypoint.sh": '#!/bin/sh\nexec /app "$@"\n' };
const dockerfile = (copy: string, more = ""): string =>
  `FROM alpine:3.20\n${copy}\n${more}ENTRYPOINT ["/entrypoint.sh"]\n`;

export const rule: Rule = defineRule({
  id: "docker/entrypoint-not-executable",
  title: "the file that is started may not be executed",
  severity: "error",
  why: 'COPY keeps the rights that the file has in the context, and this one has no right to run: exec: "/entrypoint.sh": permission denied. A chmod in another stage, or on another machine\'s checkout, does not reach it.',
  source: "https://docs.docker.com/reference/dockerfile/#copy---chown---chmod",
  examples: {
    bad: { ...script, Dockerfile: dockerfile("COPY entrypoint.sh /entrypoint.sh") },
    good: { ...script, Dockerfile: dockerfile("COPY --chmod=755 entrypoint.sh /entrypoint.sh") },
    fixed: { Dockerfile: dockerfile("COPY --chmod=755 entrypoint.sh /entrypoint.sh") },
    silent: {
      "it is made so later": {
        ...script,
        Dockerfile: dockerfile("COPY entrypoint.sh /", "RUN chmod +x /entrypoint.sh\n"),
      },
      "a shell reads it": {
        ...script,
        Dockerfile: 'FROM alpine:3.20\nCOPY entrypoint.sh /\nENTRYPOINT ["sh", "/entrypoint.sh"]\n',
      },
      "it comes from a stage": {
        ...script,
        Dockerfile: `FROM alpine:3.20 AS a\nCOPY entrypoint.sh /\nRUN chmod +x /entrypoint.sh\n${dockerfile("COPY --from=a /entrypoint.sh /")}`,
      },
      "another file": { ...script, Dockerfile: dockerfile("COPY other.sh /entrypoint.sh") },
    },
  },
  *check({ dockerfiles }) {
    for (const each of dockerfiles) {
      const { last, file } = each;
      const all =
        last === undefined
          ? []
          : lineage(last)
              .toReversed()
              .flatMap(({ instructions }) => instructions);
      const entry =
        all.findLast(({ keyword }) => keyword === "ENTRYPOINT") ?? all.findLast(({ keyword }) => keyword === "CMD");
      const program = entry?.exec?.[0];
      if (last === undefined || entry === undefined || program?.includes("/") !== true) continue;
      const found = copiedTo(absolutePath(program, entry.workdir), last, each);
      if (found === undefined || each.context.isExecutable(found.source) !== false) continue;
      const { copy, source } = found;
      if (copy.flags.some(({ name }) => name === "chmod") || isMadeSo(all.slice(all.indexOf(copy) + 1))) continue;
      const at = copy.start + copy.keyword.length;
      yield {
        file,
        start: copy.start,
        end: copy.end,
        message: `${source} has no right to be executed, and line ${entry.line} starts it: COPY --chmod=755`,
        evidence: [{ file, line: entry.line, text: `${entry.keyword} ${entry.text}` }],
        fix: { safe: true, title: "--chmod=755", edits: [{ file, start: at, end: at, text: " --chmod=755" }] },
      };
    }
  },
});

/** The file of the context that ends up at a path of the last stage, by the last COPY that puts something there. */
function copiedTo(
  wanted: string,
  last: Stage,
  { context }: DockerfileFacts,
): { readonly copy: Instruction; readonly source: string } | undefined {
  const copies = lineage(last)
    .toReversed()
    .flatMap(({ instructions }) => instructions)
    .filter(({ copy }) => copy !== undefined)
    .toReversed();
  for (const copy of copies) {
    const { sources = [], destination = "", from } = copy.copy ?? {};
    const place = absolutePath(destination, copy.workdir);
    for (const source of sources) {
      const clean = source.replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
      const isFile = context.files.includes(clean);
      const isFolder = /(^|\/)\.?$/.test(destination) || sources.length > 1;
      const target = isFolder ? absolutePath(clean.split("/").at(-1) ?? "", place) : place;
      if (target === wanted || (!isFile && wanted.startsWith(place === "/" ? "/" : `${place}/`))) {
        // What comes from elsewhere has rights that nobody here knows.
        if (from !== undefined) return undefined;
        if (isFile) return { copy, source: clean };
        const inner = `${clean === "" || clean === "." ? "" : `${clean}/`}${wanted.slice(place === "/" ? 1 : place.length + 1)}`;
        return context.matches(inner).includes(inner) ? { copy, source: inner } : undefined;
      }
    }
  }
  return undefined;
}

function isMadeSo(later: readonly Instruction[]): boolean {
  return later.some(({ keyword, text }) => keyword === "RUN" && /\b(chmod|install)\b/.test(text));
}
