import { expect, test } from "vitest";
import { baseImage, flag, instructionLike, operands, readDockerfile } from "./dockerfile.ts";

const text = `# syntax=docker/dockerfile:1
ARG GO=1.26
FROM --platform=$BUILDPLATFORM golang:\${GO} AS build
# a comment
COPY go.mod \\
  # between
  go.sum ./
RUN --mount=type=cache,target=/root/.cache <<EOF
FROM nothing
go build
EOF
FROM build AS tools
from scratch
COPY --from=build ["/out/my shop", "/shop"]
`;

test("instructions with the lines that they begin on, and stages", () => {
  const { instructions, stages } = readDockerfile("Dockerfile", text);
  expect(instructions.map(({ line, keyword, stage }) => `${line} ${keyword} ${stage}`)).toEqual([
    "2 ARG -1",
    "3 FROM 0",
    "5 COPY 0",
    "8 RUN 0",
    "12 FROM 1",
    "13 FROM 2",
    "14 COPY 2",
  ]);
  expect(stages.map(({ name, base }) => [name, base])).toEqual([
    ["build", "golang:${GO}"],
    ["tools", "build"],
    [undefined, "scratch"],
  ]);
});

test("operands: continued lines, flags, the list form", () => {
  const { instructions } = readDockerfile("Dockerfile", text);
  const copies = instructions.filter(({ keyword }) => keyword === "COPY");
  expect(copies.map(operands)).toEqual([
    ["go.mod", "go.sum", "./"],
    ["/out/my shop", "/shop"],
  ]);
  expect(copies.map((each) => flag(each, "from"))).toEqual([undefined, "build"]);
});

test("a stage's image through the stages that it builds on, and never around in a circle", () => {
  const dockerfile = readDockerfile("Dockerfile", text);
  expect(dockerfile.stages.map((stage) => baseImage(dockerfile, stage).base)).toEqual([
    "golang:${GO}",
    "golang:${GO}",
    "scratch",
  ]);
  const circle = readDockerfile("Dockerfile", "FROM b AS a\nFROM a AS b\nFROM b AS b\n");
  expect(circle.stages.map((stage) => baseImage(circle, stage).base)).toEqual(["b", "b", "b"]);
});

test("the instruction that a log names", () => {
  const { instructions } = readDockerfile("Dockerfile", text);
  const named = (instruction: string): number | undefined => {
    return instructionLike(instructions, { instruction, stage: undefined, source: undefined })?.line;
  };
  expect(named("COPY go.mod   go.sum ./")).toBe(5);
  expect(named("COPY nothing .")).toBeUndefined();
});
