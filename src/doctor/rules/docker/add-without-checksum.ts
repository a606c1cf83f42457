import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/add-without-checksum",
  title: "ADD fetches a file that nobody checks",
  severity: "warning",
  why: "Whatever the address answers next time goes into the image.",
  source: "https://docs.docker.com/reference/dockerfile/#add---checksum",
  examples: {
    bad: { Dockerfile: "FROM alpine:3.20\nADD https://example.com/tool.tar.gz /tool.tar.gz\n" },
    good: {
      Dockerfile: `FROM alpine:3.20\nADD --checksum=sha256:${"0".repeat(64)} https://example.com/tool.tar.gz /tool.tar.gz\n`,
    },
    silent: {
      "a commit of a repository": {
        Dockerfile: "FROM alpine:3.20\nADD https://github.com/a/b.git#0123456789012345678901234567890123456789 /b\n",
      },
      "a local archive": { Dockerfile: "FROM alpine:3.20\nADD rootfs.tar.gz /\n" },
      "checked afterwards": {
        Dockerfile: "FROM alpine:3.20\nADD https://example.com/t.gz /t.gz\nRUN echo 'abc  /t.gz' | sha256sum -c\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file, text } of dockerfiles) {
      if (/sha(256|512)sum|gpg --verify|cosign verify/.test(text)) continue;
      for (const { keyword, copy, flags, start, end } of stages.flatMap(({ instructions }) => instructions)) {
        const url = keyword === "ADD" ? copy?.sources.find((source) => /^(https?|ftp):\/\//.test(source)) : undefined;
        if (url === undefined || /\.git(#[0-9a-f]{40})?$/.test(url) || flags.some(({ name }) => name === "checksum"))
          continue;
        yield { file, start, end, message: `${url.slice(0, 80)} is taken as it comes: ADD --checksum=sha256:…` };
      }
    }
  },
});
