// How a repository is reached: the address after the rules' rewriting, and the credentials that go to it and to nobody
// else. Secrets are in git's environment only.

import { execFile } from "node:child_process";
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseNetrc } from "../../repo/netrc.ts";
import { isPrivateAddress } from "../privateAddress.ts";
import { SourceFailure } from "../source.ts";
import { type DirectOptions, type DirectRule, placeOf, ruleFor } from "./directOptions.ts";
import type { GitAccess } from "./gitProcess.ts";

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** An address of a repository, and what is used to get in. */
export interface Reach extends GitAccess {
  readonly rule: DirectRule | undefined;
  /** Where the credentials come from, for people; undefined: there are none. */
  readonly credentials: string | undefined;
}

/** The Authorization header of a login. */
export function basicOf({ user, password }: Login): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

const stallSeconds = 30;

/** `url` is what discovery found. Throws SourceFailure. */
export async function reach(
  url: string,
  { rules, userConfig }: Pick<DirectOptions, "rules" | "userConfig">,
  isTrusted: boolean,
  caFile: string | undefined,
): Promise<Reach> {
  const rule = ruleFor(rules, placeOf(url) ?? "");
  const target = rewrite(url, rule);
  const parsed = URL.parse(target);
  if (parsed === null) throw new SourceFailure("bad-answer", `${JSON.stringify(target)} is no address of a repository`);
  const scheme = parsed.protocol.slice(0, -1);
  if (scheme !== "https" && scheme !== "ssh" && rule?.url === undefined) {
    throw new SourceFailure(
      "forbidden",
      `${target}: only https and ssh are allowed for repositories that no rule names (gateway.direct.rules)`,
    );
  }
  const settings: (readonly [string, string])[] = [
    ["http.lowSpeedLimit", "1"],
    ["http.lowSpeedTime", String(stallSeconds)],
  ];
  const env: Record<string, string> = {};
  if (caFile !== undefined) env["GIT_SSL_CAINFO"] = caFile;
  if (rule === undefined && !isTrusted) {
    const address = await publicAddress(parsed);
    if (address !== undefined && scheme === "https") {
      // Connected to is what was looked at, whatever the name says a moment later.
      settings.push(["http.curloptResolve", `${parsed.hostname}:${parsed.port || "443"}:${address}`]);
    }
  }
  if (userConfig && rule === undefined) env["GIT_SSH_COMMAND"] = userSshCommand();
  else if (scheme === "ssh") env["GIT_SSH_COMMAND"] = sshCommand(rule);
  const login = scheme === "https" || scheme === "http" ? await loginFor(parsed, rule) : undefined;
  if (login !== undefined) {
    settings.push([`credential.${parsed.protocol}//${parsed.host}.helper`, helper]);
    env["FAIRLEAD_GIT_USER"] = login.user;
    env["FAIRLEAD_GIT_PASSWORD"] = login.password;
  }
  const credentials = login?.from ?? (rule?.sshKey === undefined ? undefined : `the key ${rule.sshKey}`);
  const secrets = login === undefined ? [] : [login.password];
  return { url: target, settings, env, secrets, userConfig, rule, credentials };
}

/** Run by git's shell, with the secret in the environment. */
const helper = '!printf "username=%s\\npassword=%s\\n" "$FAIRLEAD_GIT_USER" "$FAIRLEAD_GIT_PASSWORD"; :';

function rewrite(url: string, rule: DirectRule | undefined): string {
  if (rule?.url === undefined) return url;
  const place = placeOf(url) ?? "";
  return `${rule.url.replace(/\/$/, "")}${place.slice(rule.prefix.length)}`;
}

/** Throws SourceFailure for a host in a private network; undefined where a proxy of the environment connects. */
async function publicAddress(url: URL): Promise<string | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isPrivateAddress(host)) throw refused(host, host);
  if (url.protocol === "https:" && (process.env["HTTPS_PROXY"] ?? process.env["https_proxy"] ?? "") !== "")
    return undefined;
  const addresses = await lookup(host, { all: true }).catch((error: unknown) => {
    throw nameFailure(host, error);
  });
  const hidden = addresses.find(({ address }) => isPrivateAddress(address));
  if (hidden !== undefined) throw refused(host, hidden.address);
  return addresses[0]?.address;
}

function nameFailure(host: string, error: unknown): SourceFailure {
  const again = error instanceof Error && "code" in error && error.code === "EAI_AGAIN";
  const text = again ? "the name server did not answer" : "the host name does not resolve";
  return new SourceFailure("outage", `${host}: ${text}`, { transient: again, cause: error });
}

function refused(host: string, address: string): SourceFailure {
  return new SourceFailure(
    "forbidden",
    `${host} is at the private address ${address}; name the host in gateway.direct.rules if modules come from there`,
  );
}

/** What a host takes as the user beside a token, by its documentation. */
function userFor(host: string): string {
  if (host === "github.com") return "x-access-token";
  return host === "bitbucket.org" ? "x-token-auth" : "oauth2";
}

/** The rule's token, else what .netrc has for the host. */
export async function loginFor(
  url: URL,
  rule: DirectRule | undefined,
): Promise<(Login & { from: string }) | undefined> {
  const user = rule?.user ?? userFor(url.hostname);
  if (rule?.token !== undefined)
    return { user, password: oneLine(rule.token), from: `the token of the rule for ${rule.prefix}` };
  if (rule?.tokenCommand !== undefined) {
    const from = `the token command of the rule for ${rule.prefix}`;
    return { user, password: await tokenOf(rule.tokenCommand, from), from };
  }
  const path = process.env["NETRC"] ?? join(homedir(), ".netrc");
  const text = await readFile(path, "utf8").catch(() => "");
  const found = parseNetrc(text).find(({ machine }) => machine === url.hostname);
  return found && { user: found.login, password: found.password, from: path };
}

/** git's credential protocol is one of lines. */
function oneLine(token: string): string {
  return token.split(/[\r\n]/, 1)[0] ?? "";
}

function tokenOf(command: string, from: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("/bin/sh", ["-c", command], { timeout: 10_000, maxBuffer: 1 << 16 }, (error, stdout) => {
      const token = oneLine(stdout);
      if (error === null && token !== "") return resolve(token);
      const what =
        error === null
          ? "printed nothing"
          : error.killed === true
            ? "did not end within 10 s"
            : `ended with status ${String(error.code)}`;
      reject(new SourceFailure("outage", `${from} ${what}`));
    }).stdin?.end();
  });
}

/** The user's own, else one that asks nobody: there is nobody to answer. */
function userSshCommand(): string {
  return process.env["GIT_SSH_COMMAND"] ?? process.env["GIT_SSH"] ?? "ssh -o ControlMaster=no -o BatchMode=yes";
}

function sshCommand(rule: DirectRule | undefined): string {
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "ConnectTimeout=15",
    "ServerAliveInterval=15",
    "ForwardAgent=no",
    "PermitLocalCommand=no",
    "UpdateHostKeys=no",
    "ControlMaster=no",
    "ControlPath=none",
  ];
  if (rule?.knownHosts !== undefined) {
    options.push(`UserKnownHostsFile="${rule.knownHosts}"`, "GlobalKnownHostsFile=/dev/null");
  }
  const key =
    rule?.sshKey === undefined ? [] : ["-i", rule.sshKey, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"];
  return ["ssh", "-F", "/dev/null", ...key, ...options.flatMap((option) => ["-o", option])].map(quoted).join(" ");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
