import { isOpen } from "../../../repo/dockerfile/variables.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/floating-tag",
  title: "a base image without a version",
  severity: "warning",
  why: "latest is another image next month: the same commit builds here and not there, and nobody can tell what changed.",
  source: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
  examples: {
    bad: { Dockerfile: "FROM golang:latest\nRUN go build ./...\n" },
    good: { Dockerfile: "FROM golang:1.24-bookworm\nRUN go build ./...\n" },
    silent: {
      "by digest": { Dockerfile: `FROM golang@sha256:${"0".repeat(64)}\n` },
      scratch: { Dockerfile: "FROM scratch\nCOPY app /\n" },
      "another stage": { Dockerfile: "FROM alpine:3.20 AS base\nFROM base\n" },
      "given from outside": { Dockerfile: "ARG BASE\nFROM $BASE\n" },
      "distroless has no versions": { Dockerfile: "FROM gcr.io/distroless/static-debian12\n" },
      "a stage that nobody builds on": { Dockerfile: "FROM golang:latest AS dev\nFROM alpine:3.20\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, file } of dockerfiles) {
      for (const stage of stages) {
        const { base, parent, from } = stage;
        const isFixed =
          base.digest !== undefined ||
          base.system === "scratch" ||
          base.system === "distroless" ||
          (base.tag !== undefined && base.tag !== "latest");
        if (parent !== undefined || isFixed || isOpen(base.reference) || !reached.has(stage)) continue;
        yield {
          file,
          start: from.start,
          end: from.end,
          message: `${base.reference}${base.tag === undefined ? ", which means :latest," : ""} is whatever was pushed last: name a version`,
        };
      }
    }
  },
});
