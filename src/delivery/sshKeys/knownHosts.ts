// Whether a host is known. A host key is never believed because the host shows it: it comes from a variable or a file,
// or it is held against a fingerprint that somebody was told.

import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ran } from "./program.ts";
import { type Finding, fine, mended, wrong } from "./report.ts";

export interface HostName {
  readonly address: string;
  /** undefined: 22. */
  readonly port: number | undefined;
}

export interface HostTrust {
  /** Lines of known_hosts, from a variable or a file. */
  readonly lines: string | undefined;
  /** "SHA256:…", as `ssh-keygen -l` and providers' pages show them. */
  readonly fingerprints: readonly string[];
}

/** As known_hosts writes a host. */
export function knownName({ address, port }: HostName): string {
  return port === undefined || port === 22 ? address : `[${address}]:${port}`;
}

/** Looks the host up in `<folder>/known_hosts`, and adds it from what is trusted. */
export async function checkHost(host: HostName, folder: string, trust: HostTrust, repair: boolean): Promise<Finding> {
  const file = join(folder, "known_hosts");
  const name = knownName(host);
  if (await isKnown(name, file)) return fine("host key", name, `known in ${file}`);
  const add = async (lines: string, from: string): Promise<Finding> => {
    if (!repair) return wrong("host key", name, `not in ${file}; ${from} would add it`);
    const before = await readFile(file, "utf8").catch(() => "");
    const gap = before === "" || before.endsWith("\n") ? "" : "\n";
    await appendFile(file, `${gap}${lines.trim()}\n`, { mode: 0o600 });
    return mended("host key", name, `added to ${file} from ${from}`);
  };
  if (trust.lines !== undefined) {
    const lines = await linesOf(name, trust.lines, folder);
    if (lines !== "") return add(lines, "the lines that were handed over");
  }
  if (trust.fingerprints.length > 0) return byFingerprint(host, name, trust.fingerprints, add);
  return wrong(
    "host key",
    name,
    `not in ${file}: hand its line over by --known-hosts-env or --known-hosts-file, or its fingerprint by --fingerprint; where it is trusted already, \`ssh-keygen -F '${name}'\` shows the line`,
  );
}

async function byFingerprint(
  { address, port }: HostName,
  name: string,
  fingerprints: readonly string[],
  add: (lines: string, from: string) => Promise<Finding>,
): Promise<Finding> {
  const scanned = await ran([
    "ssh-keyscan",
    "-T",
    "5",
    ...(port === undefined ? [] : ["-p", String(port)]),
    "--",
    address,
  ]);
  const lines = scanned.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length === 0) return wrong("host key", name, "the host shows no key: is it up, and is the port right?");
  const matching: string[] = [];
  const shown: string[] = [];
  for (const line of lines) {
    const fingerprint = await fingerprintOf(line);
    if (fingerprint === undefined) continue;
    shown.push(fingerprint);
    if (fingerprints.includes(fingerprint)) matching.push(line);
  }
  if (matching.length > 0) return add(matching.join("\n"), "the host, by its fingerprint");
  return wrong(
    "host key",
    name,
    `the host shows ${shown.join(", ")}, and none of them is the one that was given: somebody may stand in between`,
  );
}

/** SHA-256 of the key's bytes, as OpenSSH writes it: base64 without padding. */
async function fingerprintOf(line: string): Promise<string | undefined> {
  const key = line.split(" ")[2];
  if (key === undefined) return undefined;
  const digest = await crypto.subtle.digest("SHA-256", Buffer.from(key, "base64"));
  return `SHA256:${Buffer.from(digest).toString("base64").replace(/=+$/, "")}`;
}

/** Asked of OpenSSH: names may be hashed, patterns, or certificate authorities. */
async function isKnown(name: string, file: string): Promise<boolean> {
  return (await ran(["ssh-keygen", "-F", name, "-f", file])).status === 0;
}

/** Those of the lines that speak of the host. Windows line ends and a literal \n are mended on the way. */
async function linesOf(name: string, text: string, folder: string): Promise<string> {
  const temporary = await mkdtemp(join(folder, ".fairlead-"));
  try {
    const file = join(temporary, "known_hosts");
    const clean = text
      .replaceAll(/(?:\\r)?\\n/g, "\n")
      .replaceAll(/\r\n?/g, "\n")
      .replaceAll(/^["']|["']$/g, "");
    await writeFile(file, `${clean.trim()}\n`, { mode: 0o600 });
    const found = await ran(["ssh-keygen", "-F", name, "-f", file]);
    return found.stdout
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .join("\n");
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
