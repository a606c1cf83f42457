import { rolling } from "../../../repo/dockerfile/officialImages.ts";
import { jobsOf, placeOf } from "../../ciSteps.ts";
import { isOwnImage, ownersOf } from "../../owner.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/floating-image",
  title: "a job runs in an image without a version",
  severity: "warning",
  why: "latest is another image next month: a pipeline that was green yesterday fails today with nothing changed, or passes with a Go that nobody chose.",
  source: "https://docs.gitlab.com/ci/yaml/#image; https://docs.docker.com/build/building/best-practices/",
  examples: {
    bad: { ".gitlab-ci.yml": "test:\n  image: golang:latest\n  script: [go test ./...]\n" },
    good: { ".gitlab-ci.yml": "test:\n  image: golang:1.24\n  script: [go test ./...]\n" },
    silent: {
      "by digest": { ".gitlab-ci.yml": `test:\n  image: golang@sha256:${"0".repeat(64)}\n  script: [make]\n` },
      "its owner's own": {
        "go.mod": "module github.com/team/app\n\ngo 1.24.0\n",
        ".gitlab-ci.yml": "test:\n  image: ghcr.io/team/build-env:latest\n  script: [make]\n",
      },
      "a distribution without releases": {
        ".gitlab-ci.yml": "aur:\n  image: archlinux:latest\n  script: [makepkg]\n",
      },
      "given by a variable": { ".gitlab-ci.yml": "test:\n  image: $CI_REGISTRY_IMAGE\n  script: [make]\n" },
      "a registry with a port": { ".gitlab-ci.yml": "test:\n  image: registry.corp:5000/go:1.24\n  script: [make]\n" },
      "a job without an image": { ".gitlab-ci.yml": "test:\n  script: [make]\n" },
    },
  },
  *check(facts) {
    const owners = ownersOf(facts);
    for (const { image } of jobsOf(facts)) {
      const reference = image?.text ?? "";
      if (image === undefined || /[$@]/.test(reference) || isOwnImage(reference, owners) || rolling.test(reference))
        continue;
      const tag = /:([^/]*)$/.exec(reference)?.[1];
      if (tag !== undefined && tag !== "latest") continue;
      yield {
        ...placeOf(image),
        message: `${reference}${tag === undefined ? ", which means :latest," : ""} is whatever was pushed last: name a version, or a digest`,
      };
    }
  },
});
