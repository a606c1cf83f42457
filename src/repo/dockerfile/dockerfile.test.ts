import { describe, expect, test } from "vitest";
import { readBaseImage } from "./baseImage.ts";
import { parseDockerfile, type Stage } from "./dockerfile.ts";
import { shellCommands } from "./shell.ts";
import { expand } from "./variables.ts";

const text = `# syntax=docker/dockerfile:1
ARG GO=1.24
FROM --platform=$BUILDPLATFORM golang:\${GO}-alpine AS Build
ARG GO
ARG LEVEL=info
ENV CGO_ENABLED=0 GOFLAGS="-mod=readonly"
WORKDIR /src
WORKDIR app
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/root/.cache/go-build \\
    # a remark
    GOOS=linux go build -o /out/app ./cmd/app && \\
    echo done

FROM build AS test
RUN go test ./...

FROM scratch
COPY --from=build /out/app /app
ENTRYPOINT ["/app", "--level"]
`;

function stageOf(index: number): Stage {
  const stage = parseDockerfile("Dockerfile", text).stages[index];
  if (stage === undefined) throw new Error("no such stage");
  return stage;
}

describe("stages", () => {
  test("names, bases, parents, and which of them the last is made of", () => {
    const { stages, reached, globals } = parseDockerfile("Dockerfile", text);
    expect(stages.map(({ name, base, parent }) => [name, base.reference, parent?.index])).toEqual([
      ["build", "golang:1.24-alpine", undefined],
      ["test", "golang:1.24-alpine", 0],
      [undefined, "scratch", undefined],
    ]);
    expect(new Set([...reached].map(({ index }) => index))).toEqual(new Set([0, 2]));
    expect(globals).toMatchObject([{ keyword: "ARG", properties: [{ name: "GO", value: "1.24" }] }]);
  });

  test("variables and folder as an instruction finds them, a parent's too", () => {
    const run = stageOf(0).instructions.at(-1);
    expect(run).toMatchObject({ keyword: "RUN", workdir: "/src/app", line: 10 });
    expect(Object.fromEntries(run?.variables ?? [])).toEqual({
      GO: "1.24",
      LEVEL: "info",
      CGO_ENABLED: "0",
      GOFLAGS: "-mod=readonly",
    });
    expect(stageOf(1).instructions[0]).toMatchObject({ workdir: "/src/app" });
    expect(stageOf(2).instructions[0]?.variables.size).toBe(0);
  });

  test("copies, flags and the exec form", () => {
    const [copy, entry] = stageOf(2).instructions;
    expect(copy?.copy).toEqual({ from: "build", sources: ["/out/app"], destination: "/app" });
    expect(entry?.exec).toEqual(["/app", "--level"]);
    expect(stageOf(0).instructions.at(-1)?.flags).toMatchObject([
      { name: "mount", value: "type=cache,target=/root/.cache/go-build" },
    ]);
  });

  test("places lead back to the text", () => {
    const [go] = stageOf(0).instructions.at(-1)?.commands ?? [];
    expect(text.slice(go?.start, go?.end)).toBe("GOOS=linux go build -o /out/app ./cmd/app");
    const [build] = go?.args ?? [];
    expect(text.slice(build?.start, build?.end)).toBe("build");
  });

  test("a heredoc is a script", () => {
    const { stages } = parseDockerfile("Dockerfile", "FROM alpine\nRUN <<EOF\nset -e\ngo build ./...\nEOF\n");
    expect(stages[0]?.instructions[0]?.commands.map(({ name }) => name)).toEqual(["set", "go"]);
  });

  test.each(["", "FROM", "RUN x", "FROM a\nFROM a AS\nCOPY --from=9 x y\nENV\nARG\n", 'FROM $X\nCOPY ["a"\n'])(
    "damaged: %j is read without an error",
    (broken) => expect(() => parseDockerfile("Dockerfile", broken)).not.toThrow(),
  );
});

test.each([
  ["export A=1 B=2", [{ name: "export", assignments: [{ name: "A" }, { name: "B" }] }]],
  ["A=1", [{ name: "", assignments: [{ name: "A", value: "1" }] }]],
  ["if test -f x; then go build; fi", [{ name: "test" }, { name: "go" }]],
  ["(cd /src && go mod download) || exit 1", [{ name: "cd" }, { name: "go" }, { name: "exit" }]],
  ["echo '", []],
])("shell: %s", (script, expected) => {
  const commands = shellCommands(script, 0);
  if (expected.length > 0) expect(commands).toMatchObject(expected);
});

test.each([
  ["golang:1.24.3-alpine3.20", { goVersion: "1.24.3", system: "alpine", hasShell: true }],
  ["golang:1.25-bookworm", { goVersion: "1.25", system: "debian", debian: 12 }],
  ["golang", { goVersion: undefined, system: "debian", tag: undefined }],
  ["registry.example:5000/mirror/golang:1.22@sha256:00", { name: "golang", goVersion: "1.22", digest: "sha256:00" }],
  ["gcr.io/distroless/static-debian12:nonroot", { system: "distroless", debian: 12, hasShell: false }],
  ["gcr.io/distroless/base:debug", { system: "distroless", hasShell: true }],
  ["debian:12-slim", { system: "debian", debian: 12 }],
  ["scratch", { system: "scratch", hasShell: false }],
  ["company/base:7", { system: "other", hasShell: undefined }],
])("base image %s", (reference, expected) => expect(readBaseImage(reference)).toMatchObject(expected));

test.each([
  ["$A-${B:-b}-${C}", "1-b-${C}"],
  ["${A:+set} ${B:+set}", "set "],
  [String.raw`\$A`, "$"],
])("variables: %s", (written, expected) => {
  const value = expand(written, new Map([["A", "1"]]));
  expect(written.startsWith("\\") ? value.slice(0, 1) : value).toBe(expected);
});

test("an ARG may declare several variables", () => {
  const { stages } = parseDockerfile("Dockerfile", 'FROM golang:1.24\nARG A B=2 C="three"\nRUN echo $C\n');
  const [arg, run] = stages[0]?.instructions ?? [];
  expect(arg?.properties).toMatchObject([
    { name: "A", value: undefined, start: 21, end: 22 },
    { name: "B", value: "2" },
    { name: "C", value: "three" },
  ]);
  expect(run?.variables.get("C")).toBe("three");
});
