import { isPublished, rolling } from "../../../repo/dockerfile/officialImages.ts";
import { isOpen } from "../../../repo/dockerfile/variables.ts";
import { isOwnImage, ownersOf } from "../../owner.ts";
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
      "a default that must be replaced": { Dockerfile: "ARG BUILD_IMAGE=placeholder\nFROM ${BUILD_IMAGE}\n" },
      "a distribution without releases": { Dockerfile: "FROM archlinux:latest\n" },
      "built on this machine": { Dockerfile: "FROM team_test-image\nRUN make\n" },
      "its owner's own": {
        "go.mod": "module github.com/team/app\n\ngo 1.24.0\n",
        Dockerfile: "FROM ghcr.io/team/base:latest\n",
      },
      "what oss-fuzz gives no versions of": { Dockerfile: "FROM gcr.io/oss-fuzz-base/base-builder-go\n" },
      "distroless has no versions": { Dockerfile: "FROM gcr.io/distroless/static-debian12\n" },
      "a stage that nobody builds on": { Dockerfile: "FROM golang:latest AS dev\nFROM alpine:3.20\n" },
    },
  },
  *check(facts) {
    const owners = ownersOf(facts);
    for (const { stages, reached, file, text } of facts.dockerfiles) {
      for (const stage of stages) {
        const { base, parent, from } = stage;
        const isFixed =
          base.digest !== undefined ||
          base.system === "scratch" ||
          base.system === "distroless" ||
          base.reference.startsWith("gcr.io/oss-fuzz-base/") ||
          rolling.test(base.reference) ||
          !isPublished(base.reference.replace(/:[\w.-]+$/, "")) ||
          isOwnImage(base.reference, owners) ||
          (base.tag !== undefined && base.tag !== "latest");
        if (parent !== undefined || isFixed || isOpen(base.reference) || !reached.has(stage)) continue;
        // A default, which whoever builds for others replaces: where it is not, it says so at least.
        const isDefault = /^FROM\s+(--\S+\s+)*\S*\$/i.test(text.slice(from.start, from.end));
        yield {
          file,
          ...(isDefault ? { severity: "advice" } : {}),
          start: from.start,
          end: from.end,
          message: `${base.reference}${base.tag === undefined ? ", which means :latest," : ""} is whatever was pushed last: name a version, or a digest`,
        };
      }
    }
  },
});
