// The proof: a login, as a deployment makes it. What OpenSSH says of a failure becomes the cause and the next step.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type HostName, knownName } from "./knownHosts.ts";
import { ran } from "./program.ts";
import { type Finding, fine, wrong } from "./report.ts";

export interface LoginOptions {
  readonly user: string | undefined;
  /** The private key; undefined: what ssh finds by itself. */
  readonly key: string | undefined;
  readonly folder: string;
  /** For `ssh -F`; undefined: the user's own. */
  readonly configFile: string | undefined;
  /** Milliseconds between two tries of what may pass. */
  readonly pause: number;
}

const tries = 3;

export async function tryLogin(host: HostName, options: LoginOptions): Promise<Finding> {
  const name = `${options.user === undefined ? "" : `${options.user}@`}${knownName(host)}`;
  for (let attempt = 1; ; attempt++) {
    const { status, stderr } = await ran(command(host, options), { timeout: 30_000 });
    if (status === 0)
      return fine("connection", name, attempt === 1 ? "login works" : `login works, at the ${attempt}. try`);
    const { passes, text } = causeOf(stderr, status);
    if (!passes || attempt === tries) return wrong("connection", name, passes ? `${text} (${tries} tries)` : text);
    await sleep(options.pause);
  }
}

function command({ address, port }: HostName, { user, key, folder, configFile }: LoginOptions): string[] {
  const settings = ["BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=10", "ControlPath=none"];
  const args = [...settings, `UserKnownHostsFile=${join(folder, "known_hosts")}`].flatMap((each) => ["-o", each]);
  if (configFile !== undefined) args.push("-F", configFile);
  if (key !== undefined) args.push("-o", "IdentitiesOnly=yes", "-i", key);
  if (user !== undefined) args.push("-l", user);
  if (port !== undefined) args.push("-p", String(port));
  return ["ssh", ...args, "--", address, "true"];
}

/** By OpenSSH's own messages: those of ssh(1), sshconnect.c and sshkey.c, the same for many years. */
function causeOf(stderr: string, status: number): { readonly passes: boolean; readonly text: string } {
  const says = (pattern: RegExp): boolean => pattern.test(stderr);
  const stays = (text: string): { passes: false; text: string } => ({ passes: false, text });
  const passes = (text: string): { passes: true; text: string } => ({ passes: true, text });
  if (says(/REMOTE HOST IDENTIFICATION HAS CHANGED/))
    return stays(
      "the host shows another key than the one that is known: it was installed anew, or somebody stands in between. Ask who runs it; then remove the old line with ssh-keygen -R and add the new one",
    );
  if (says(/UNPROTECTED PRIVATE KEY FILE|bad permissions/i)) return stays("others may read the key's file: chmod 600");
  if (says(/Load key .*(?:invalid format|error in libcrypto)/i)) return stays("OpenSSH can't read the key");
  if (says(/Host key verification failed/)) return stays("the host's key is not known (see the line on it)");
  if (says(/Permission denied|Too many authentication failures/))
    return stays(
      "the host refuses the key: is its public half in authorized_keys of that user, and is the user right?",
    );
  if (says(/Could not resolve hostname/)) return stays("the host's name can't be resolved");
  if (says(/no matching (?:host key|key exchange|cipher)/i))
    return stays("ssh and the host share no method: one of them is too old");
  if (says(/Connection refused/)) return passes("nothing listens there: is sshd up, and is the port right?");
  if (says(/timed out|No route to host|Network is unreachable/i) || status === -1)
    return passes("no answer: is the host up, and does a firewall let this machine through?");
  if (says(/Connection (?:closed|reset)|kex_exchange_identification/i)) return passes("the host closed the connection");
  return stays(`ssh ended with status ${status}: ${(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200)}`);
}
