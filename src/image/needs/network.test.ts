import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { elfWithBuildInfo } from "../../../test/harness/elfWithBuildInfo.ts";
import { TempDir } from "../../../test/harness/tempDir.ts";
import { saveImages } from "../../../test/image/savedImage.ts";
import type { TarMember } from "../../../test/image/tarFile.ts";
import { readImage } from "../readImage.ts";
import { openImage } from "../source/openImage.ts";
import { why } from "../why/why.ts";
import type { Need } from "./need.ts";

async function needs(
  go: string,
  config: { readonly User?: string; readonly ExposedPorts?: Readonly<Record<string, object>> } = {},
  more: readonly TarMember[] = [],
): Promise<readonly Need[]> {
  await using folder = await TempDir.create("network");
  const layers = [[{ name: "app", content: elfWithBuildInfo(go, "example.com/app") }, ...more]];
  await writeFile(
    folder.join("a.tar"),
    saveImages([{ tag: "a:1", layers, config: { Entrypoint: ["/app"], ...config } }]),
  );
  await using source = await openImage(folder.join("a.tar"), {
    platform: { os: "linux", architecture: "amd64", variant: undefined },
    registry: () => {
      throw new Error("it lies in a file");
    },
    env: {},
  });
  const { fs } = await readImage(source);
  return why({ fs, config: source.config }).needs;
}

function of(kind: Need["kind"], all: readonly Need[]): Need | undefined {
  return all.find((need) => need.kind === kind);
}

test.each([
  ["a low port, and a user that is not root", { User: "65532", ExposedPorts: { "80/tcp": {} } }, "depends"],
  ["root", { ExposedPorts: { "80/tcp": {} } }, undefined],
  ["a port that everybody may open", { User: "65532", ExposedPorts: { "8080/tcp": {} } }, undefined],
  ["nothing is exposed", { User: "65532" }, undefined],
])("ports: %s", async (_, config, state) => {
  expect(of("ports", await needs("go1.24.3", config))?.state).toBe(state);
});

test("a low port is told with the error and with another one to take", async () => {
  const need = of("ports", await needs("go1.24.3", { User: "1", ExposedPorts: { "443/tcp": {} } }));
  expect(need?.error).toBe("listen tcp :443: bind: permission denied");
  expect(need?.fixes.join()).toContain("docker run -p 443:8443");
});

const nsswitch = { name: "etc/nsswitch.conf", content: "hosts: files dns\n", mode: 0o644 };

test.each<[string, string, readonly TarMember[], Need["state"] | undefined]>([
  ["an old Go asks the name server first", "go1.15.15", [], "missing"],
  ["with the file it does not", "go1.15.15", [nsswitch], undefined],
  ["Go 1.16 asks /etc/hosts first by itself", "go1.16", [], undefined],
])("host names: %s", async (_, go, files, state) => {
  expect(of("host-names", await needs(go, {}, files))?.state).toBe(state);
});
