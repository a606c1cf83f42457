// The private key on disk: there, readable by OpenSSH, and by nobody else.

import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repairKey } from "./keyText.ts";
import { ran } from "./program.ts";
import { type Finding, fine, mended, wrong } from "./report.ts";

export interface KeyResult {
  readonly findings: readonly Finding[];
  /** The file to log in with; undefined where there is none that works. */
  readonly file: string | undefined;
}

/** What OpenSSH tries by itself, its own first choice first. */
const usualNames = ["id_ed25519", "id_ecdsa", "id_rsa"];

/** The folder exists, and only its owner gets in: sshd's and ssh's own demand. */
export async function checkFolder(folder: string, repair: boolean): Promise<Finding> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) {
    if (!repair) return wrong("folder", folder, "it is not there");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return mended("folder", folder, "made, with mode 700");
  }
  if ((found.mode & 0o077) === 0) return fine("folder", folder, "only its owner gets in");
  const mode = (found.mode & 0o777).toString(8);
  if (!repair) return wrong("folder", folder, `its mode is ${mode}: chmod 700`);
  await chmod(folder, 0o700);
  return mended("folder", folder, `its mode was ${mode}, now 700`);
}

/** A key that was handed over by a variable, a file or a command: checked, mended, and written where ssh looks for it. */
export async function installKey(given: string, from: string, folder: string, repair: boolean): Promise<KeyResult> {
  const read = repairKey(given);
  if (read.state === "unusable") return failed(wrong("key", from, read.why));
  const needed = read.repairs.join(", ");
  if (!repair && needed !== "") return failed(wrong("key", from, `it would have to be mended: ${needed}`));
  const temporary = join(folder, `.fairlead-${randomUUID()}`);
  try {
    await writeFile(temporary, read.key, { mode: 0o600, flag: "wx" });
    const key = await inspect(temporary);
    if (typeof key === "string") return failed(wrong("key", from, key));
    const file = join(folder, key.usualName);
    const before = await readFile(file, "utf8").catch(() => undefined);
    const said = `${key.fingerprint} (${key.type})${needed === "" ? "" : `; mended: ${needed}`}`;
    if (before === read.key && (await tooOpen(file)) === undefined)
      return { file, findings: [(needed === "" ? fine : mended)("key", from, `${said}; ${file} holds it`)] };
    if (!repair) return failed(wrong("key", from, `${file} does not hold it`));
    // Somebody else's key is not thrown away.
    const other = before !== undefined && before !== read.key ? `; what was there is now ${file}.before` : "";
    if (other !== "") await rename(file, `${file}.before`);
    await rename(temporary, file);
    return { file, findings: [mended("key", from, `${said}; written to ${file}, mode 600${other}`)] };
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The keys that are there already: modes and contents mended in place. */
export async function checkExisting(folder: string, repair: boolean): Promise<KeyResult> {
  const findings: Finding[] = [];
  let usable: string | undefined;
  for (const name of usualNames) {
    const file = join(folder, name);
    const given = await readFile(file, "utf8").catch(() => undefined);
    if (given === undefined) continue;
    const finding = await checkFile(file, given, repair);
    findings.push(finding);
    if (finding.state !== "wrong") usable ??= file;
  }
  if (findings.length === 0)
    findings.push(
      wrong("key", folder, "there is no private key: hand one over by --key-env, --key-file or --key-command"),
    );
  return { findings, file: usable };
}

async function checkFile(file: string, given: string, repair: boolean): Promise<Finding> {
  const read = repairKey(given);
  if (read.state === "unusable") return wrong("key", file, read.why);
  const open = await tooOpen(file);
  const wanted = [...read.repairs, ...(open === undefined ? [] : [`mode ${open}`])].join(", ");
  if (wanted !== "" && !repair) return wrong("key", file, `to be mended: ${wanted}`);
  if (open !== undefined) await chmod(file, 0o600);
  if (read.repairs.length > 0) {
    const temporary = `${file}.${randomUUID()}`;
    await writeFile(temporary, read.key, { mode: 0o600, flag: "wx" });
    await rename(temporary, file);
  }
  const key = await inspect(file);
  if (typeof key === "string") return wrong("key", file, key);
  const said = `${key.fingerprint} (${key.type})`;
  return wanted === "" ? fine("key", file, said) : mended("key", file, `${said}; mended: ${wanted}`);
}

/** The mode, where others may read the file: ssh refuses such a key. */
async function tooOpen(file: string): Promise<string | undefined> {
  const mode = (await stat(file)).mode & 0o777;
  return (mode & 0o077) === 0 ? undefined : mode.toString(8);
}

interface Inspected {
  readonly type: string;
  /** "SHA256:…": of the public half, as every log of sshd has it. */
  readonly fingerprint: string;
  readonly usualName: string;
}

/** What OpenSSH itself makes of a key; why it can't read it, otherwise. */
async function inspect(file: string): Promise<Inspected | string> {
  const { status, stdout, stderr } = await ran(["ssh-keygen", "-y", "-P", "", "-f", file]);
  if (status !== 0) {
    const said = stderr.replaceAll(file, "the key").trim().split("\n").at(-1) ?? "";
    return `OpenSSH can't read it (${said.slice(0, 200)}): it was damaged on its way, or is of a kind that this ssh does not know`;
  }
  const type = stdout.split(" ")[0] ?? "";
  const listed = await ran(["ssh-keygen", "-l", "-f", file]);
  const fingerprint = /SHA256:[\w+/]+/.exec(listed.stdout)?.[0] ?? "no fingerprint";
  const usualName = type === "ssh-rsa" ? "id_rsa" : type.startsWith("ecdsa-") ? "id_ecdsa" : "id_ed25519";
  return { type, fingerprint, usualName };
}

function failed(finding: Finding): KeyResult {
  return { findings: [finding], file: undefined };
}
