// The tests' own tools, checked by what they stand in for: the go command must take the made-up modules for real ones.
import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { CutError, exchange } from "./exchange.ts";
import { FaultyUpstream } from "./faultyUpstream.ts";
import { filePath } from "./escaped.ts";
import { GoSandbox } from "./goSandbox.ts";
import { machineGo } from "./goTools.ts";
import { RecordedUpstream } from "./recordedUpstream.ts";
import { TempDir } from "./tempDir.ts";
import { testModule } from "./testModule.ts";

test("the go command downloads and verifies a made-up module, a large one too", async ({ skip }) => {
  const go = machineGo() ?? skip("the go command is not installed");
  await using upstream = await FaultyUpstream.start(
    testModule("example.com/Small", "v1.0.0"),
    testModule("example.com/large", "v1.2.3", { ballast: 50 << 20 }),
  );
  await using sandbox = await GoSandbox.create({ go, proxy: upstream.url, env: { GONOSUMDB: "example.com" } });
  const cwd = await sandbox.emptyModule();
  const run = await sandbox.run(
    ["mod", "download", "-json", "example.com/Small@v1.0.0", "example.com/large@v1.2.3"],
    cwd,
  );
  expect(run.stdout).not.toContain(`"Error"`);
  expect(run.stderr).toBe("");
  expect(run.stdout.match(/"Sum": "h1:/g)).toHaveLength(2);
});

test("faults come in their order and end", async () => {
  const module = testModule("example.com/small", "v1.0.0");
  await using upstream = await FaultyUpstream.start(module);
  const path = filePath(module.path, module.version, "zip");
  upstream.fail(path, { kind: "status", status: 500 }, { kind: "cut", atByte: 10 }, { kind: "length", off: 5 });
  expect((await exchange(upstream.url, path)).status).toBe(500);
  const cut = await exchange(upstream.url, path).catch((error: unknown) => error);
  expect(cut).toBeInstanceOf(CutError);
  expect(cut).toMatchObject({ status: 200, received: module.zip.subarray(0, 10) });
  await expect(exchange(upstream.url, path)).rejects.toThrow(CutError);
  expect((await exchange(upstream.url, path)).body.equals(module.zip)).toBe(true);
  expect(upstream.count(path)).toBe(4);
});

test("a recorded upstream asks the real one once, and repeats it when that is gone", async () => {
  const module = testModule("example.com/small", "v1.0.0");
  await using folder = await TempDir.create("recorded");
  const paths = [
    filePath(module.path, module.version, "zip"),
    "/example.com/small/@v/list",
    "/example.com/none/@v/list",
  ];
  const ask = (url: string) => Promise.all(paths.map(async (path) => (await exchange(url, path)).status));
  const real = await FaultyUpstream.start(module);
  const options = { upstream: real.url, folder: folder.path };
  {
    await using recorded = await RecordedUpstream.start(options);
    expect(await ask(recorded.url)).toEqual([200, 200, 404]);
    expect(await ask(recorded.url)).toEqual([200, 200, 404]);
    expect(real.count()).toBe(3);
    await real[Symbol.asyncDispose]();
  }
  await using again = await RecordedUpstream.start(options);
  expect(await ask(again.url)).toEqual([200, 502, 502]);
  expect((await exchange(again.url, paths[0] ?? "")).body.equals(module.zip)).toBe(true);
});

test("exchange tells a cut answer from a whole one without a length", async () => {
  const server = createServer((request, response) => {
    response.write("half");
    if (request.url === "/cut") setImmediate(() => response.destroy());
    else response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  await expect(exchange(url, "/cut")).rejects.toThrow(CutError);
  expect((await exchange(url, "/whole")).body.toString()).toBe("half");
  server.close();
});
