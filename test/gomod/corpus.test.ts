/**
 * Real modules: their go.mod files parsed and formatted as golang.org/x/mod does, their go.sum files as the go command does,
 * and the h1 of their zips as `go mod download -json` has it. The upstream is asked for each file once, and never again: see
 * RecordedUpstream. An ordinary run takes a sample, the same each time; a long one all go.mod files and 870 zips.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hashGoMod } from "../../src/gomod/dirhash.ts";
import { ModuleError } from "../../src/gomod/error.ts";
import * as gosum from "../../src/gomod/gosum.ts";
import * as modfile from "../../src/gomod/modfile.ts";
import { escapePath, escapeVersion } from "../../src/gomod/module.ts";
import { checkZip, hashZip } from "../../src/gomod/zip.ts";
import { writeEvidence } from "../harness/evidence.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { machineGo, realUpstream } from "../harness/goTools.ts";
import { RecordedUpstream } from "../harness/recordedUpstream.ts";
import { startOracle } from "../oracle/oracle.ts";
import { isLong } from "./differential.ts";
import { nodeZipPorts, withFile } from "./nodeZip.ts";
import { realModules, someModules } from "./realModules.ts";

const scope = new AsyncDisposableStack();
let upstream: RecordedUpstream;
beforeAll(async () => {
  upstream = scope.use(await RecordedUpstream.start({ upstream: realUpstream() }));
});
afterAll(() => scope.disposeAsync());

/** What was compared in a long run. */
const compared: string[] = [];
afterAll(async () => {
  if (!isLong || compared.length === 0) return;
  const list = compared.map((line) => `- ${line}\n`).join("");
  await writeEvidence(
    "gomod-corpus",
    `# Real modules\n\nOf those in test/fixtures/modules, ours and Go's were equal for:\n\n${list}`,
  );
});

const timeout = isLong ? 1_800_000 : 180_000;

function split(module: string): { path: string; version: string } {
  const at = module.indexOf("@");
  return { path: module.slice(0, at), version: module.slice(at + 1) };
}

async function goModOf(module: string): Promise<string> {
  const { path, version } = split(module);
  const answer = await fetch(`${upstream.url}/${escapePath(path)}/@v/${escapeVersion(version)}.mod`);
  if (!answer.ok) throw new Error(`${module}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}

it("go.mod files are parsed and formatted the same", { timeout }, async ({ skip }) => {
  const oracle = await startOracle({ skip }, "modules");
  try {
    const modules = isLong ? realModules : someModules(60, "go.mod");
    const texts: string[] = [];
    // A few at a time: it is somebody's server.
    for (let at = 0; at < modules.length; at += 4)
      texts.push(...(await Promise.all(modules.slice(at, at + 4).map(goModOf))));
    for (const mode of ["parse", "parseLax"] as const) {
      const answers = await oracle.ask(
        "modfile.format",
        texts.map((text) => [mode, text]),
      );
      const ours = texts.map((text) => formatted(mode, text));
      const theirs = answers.map(({ value, error }) => error ?? value);
      expect(modules.filter((_, i) => ours[i] !== theirs[i])).toEqual([]);
    }
    compared.push(`${modules.length} go.mod files, parsed and formatted`);
  } finally {
    oracle.close();
  }
});

function formatted(mode: "parse" | "parseLax", text: string): string {
  try {
    return modfile.format((mode === "parse" ? modfile.parse : modfile.parseLax)("in", text).syntax);
  } catch (error) {
    if (error instanceof ModuleError) return error.message;
    throw error;
  }
}

it("zips have the same h1, and go.sum files the same form", { timeout }, async ({ skip }) => {
  const go = machineGo() ?? skip("go is not on PATH");
  const oracle = await startOracle({ skip }, "goCommand");
  try {
    await using sandbox = await GoSandbox.create({ go, proxy: upstream.url, env: { GOSUMDB: "off" } });
    const folder = await sandbox.emptyModule();
    const modules = someModules(isLong ? 870 : 8, "zips");
    const sums: string[] = [];
    for (const module of modules) {
      const { stdout, exitCode, stderr } = await sandbox.run(["mod", "download", "-json", module], folder);
      expect(exitCode, `${module}: ${stderr}${stdout}`).toBe(0);
      const downloaded: Record<string, unknown> = JSON.parse(stdout);
      const { path, version } = split(module);
      const ours = await withFile(String(downloaded["Zip"]), async (reader) => {
        expect(checkZip(reader, path, version).invalid).toEqual([]);
        return hashZip(reader, path, version, nodeZipPorts);
      });
      expect(`${module} ${ours}`).toBe(`${module} ${String(downloaded["Sum"])}`);
      const goMod = await readFile(String(downloaded["GoMod"]));
      expect(hashGoMod(goMod, (data) => hash("sha256", data, "hex"))).toBe(downloaded["GoModSum"]);
      const sum = await readFile(join(String(downloaded["Dir"]), "go.sum"), "utf8").catch(() => undefined);
      if (sum !== undefined) sums.push(sum);
      // A long run's zips would fill a disk.
      if (isLong) await sandbox.forget();
    }
    const answers = await oracle.ask(
      "gosum.format",
      sums.map((text) => [text, "build"]),
    );
    expect(sums.map((text) => gosum.format(gosum.parse("go.sum", text)))).toEqual(answers.map(({ value }) => value));
    expect(sums.length).toBeGreaterThan(2);
    compared.push(`${modules.length} zips' h1, and that of their go.mod files`, `${sums.length} go.sum files in them`);
  } finally {
    oracle.close();
  }
});
