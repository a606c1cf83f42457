import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { loadSettings } from "../../config/load.ts";
import { checkExisting, checkFolder, installKey } from "../../delivery/sshKeys/keyFile.ts";
import { checkHost, type HostName } from "../../delivery/sshKeys/knownHosts.ts";
import type { Finding } from "../../delivery/sshKeys/report.ts";
import { tryLogin } from "../../delivery/sshKeys/tryLogin.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { addFormatOptions, printJson } from "../print/format.ts";

interface Options {
  readonly environment?: string;
  readonly keyEnv?: string;
  readonly keyFile?: string;
  readonly keyCommand?: string;
  readonly knownHostsEnv?: string;
  readonly knownHostsFile?: string;
  readonly fingerprint?: readonly string[];
  readonly folder?: string;
  readonly check?: boolean;
  readonly login: boolean;
  readonly config?: string;
  readonly format: string;
}

interface Target extends HostName {
  readonly user: string | undefined;
}

const examples = `
Examples:
  fairlead ci ssh deploy@web1.example
  fairlead ci ssh --environment production
  fairlead ci ssh --key-env DEPLOY_KEY --known-hosts-env KNOWN_HOSTS web1.example:2222
  fairlead ci ssh --key-command 'vault kv get -field=key secret/deploy' web1.example
  fairlead ci ssh --fingerprint SHA256:… web1.example
  fairlead ci ssh --check web1.example       says what is wrong, and changes nothing

A variable may hold the key itself or, as GitLab's file variables do, the path of a file. Keys are
never printed. docs/ci-ssh.md says what each finding means.

Exit status: 0 logins work; 1 something is wrong that could not be mended; 2 usage or configuration.`;

export function command(): Command {
  const ci = new Command("fairlead ci").description("What CI jobs need before they can deliver.");
  const ssh = ci
    .command("ssh")
    .description("Find and mend what keeps a CI job from logging in by SSH: key, modes, known hosts; then log in.")
    .argument("[host...]", "user@host:port (default: those of --environment)")
    .option("--environment <name>", "the hosts of this environment in fairlead.yaml")
    .option("--key-env <name>", "the variable with the private key (default: SSH_PRIVATE_KEY, where it is set)")
    .option("--key-file <path>", "the file with the private key")
    .option("--key-command <line>", "a shell command that prints the private key")
    .option(
      "--known-hosts-env <name>",
      "the variable with known_hosts lines (default: SSH_KNOWN_HOSTS, where it is set)",
    )
    .option("--known-hosts-file <path>", "the file with known_hosts lines")
    .option(
      "--fingerprint <SHA256:…>",
      "a host key's fingerprint that was told by other means; may be repeated",
      collect,
    )
    .option("--folder <path>", "where keys and known_hosts belong (default ~/.ssh)")
    .option("--check", "change nothing")
    .option("--no-login", "do not log in at the end")
    .option("--config <file>", "the configuration file (else FAIRLEAD_CONFIG, else ./fairlead.yaml)");
  addFormatOptions(ssh).addHelpText("after", examples).action(run);
  return ci;
}

function collect(value: string, all: readonly string[] = []): readonly string[] {
  if (!/^SHA256:[A-Za-z0-9+/]{43}$/.test(value))
    throw new CommandError(
      `${JSON.stringify(value)} is no fingerprint: SHA256: and 43 characters, as ssh-keygen -l shows it`,
    );
  return [...all, value];
}

async function run(names: readonly string[], options: Options): Promise<void> {
  const targets = [...names.map(parseTarget), ...environmentHosts(options)];
  const folder = resolve(options.folder ?? join(homedir(), ".ssh"));
  const repair = options.check !== true;
  const findings: Finding[] = [];
  const found = (...more: readonly Finding[]): void => {
    findings.push(...more);
    if (options.format !== "json") for (const finding of more) console.log(line(finding));
  };

  found(await checkFolder(folder, repair));
  const given = await givenKey(options);
  const key =
    given === undefined
      ? await checkExisting(folder, repair)
      : await installKey(given.text, given.from, folder, repair);
  found(...key.findings);
  const trust = { lines: await knownLines(options), fingerprints: options.fingerprint ?? [] };
  for (const target of targets) {
    const host = await checkHost(target, folder, trust, repair);
    found(host);
    if (!options.login || key.file === undefined || host.state === "wrong") continue;
    const configFile = process.env["FAIRLEAD_SSH_CONFIG"];
    found(await tryLogin(target, { user: target.user, key: key.file, folder, configFile, pause: 2000 }));
  }
  const broken = findings.some(({ state }) => state === "wrong");
  if (options.format === "json") printJson({ folder, ok: !broken, findings });
  if (broken) process.exitCode = exitCode.findings;
}

function line({ subject, name, state, text }: Finding): string {
  const signs = { fine: "ok    ", mended: "mended", wrong: "WRONG " };
  return `${signs[state]}  ${subject.padEnd(10)}  ${name}: ${text}`;
}

/** `web1`, `deploy@web1.example:2222`, `[2001:db8::1]:22`. What begins with a hyphen would be an option of ssh's. */
function parseTarget(text: string): Target {
  const match = /^(?:([A-Za-z_][\w.-]*)@)?(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9][\w.-]*))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) throw new CommandError(`${JSON.stringify(text)} is no host: user@host:port`);
  const [, user, address6, address = address6 ?? "", port] = match;
  return { user, address, port: port === undefined ? undefined : Number(port) };
}

function environmentHosts({ environment: name, config }: Options): Target[] {
  if (name === undefined) return [];
  const { settings } = loadSettings({
    file: config,
    env: process.env,
    flags: {},
    cwd: process.cwd(),
    needs: [`environments.${name}.hosts`],
  });
  const environment = Object.hasOwn(settings.environments, name) ? settings.environments[name] : undefined;
  if (environment === undefined) throw new CommandError(`there is no environment ${JSON.stringify(name)}`);
  return environment.hosts.map(({ address, user, port }) => ({ address, user, port }));
}

async function givenKey({ keyEnv, keyFile, keyCommand }: Options): Promise<{ text: string; from: string } | undefined> {
  if ([keyEnv, keyFile, keyCommand].filter((each) => each !== undefined).length > 1)
    throw new CommandError("one of --key-env, --key-file and --key-command");
  if (keyFile !== undefined) return { text: await readText(keyFile), from: keyFile };
  if (keyCommand !== undefined) return { text: await printedBy(keyCommand), from: "--key-command" };
  const name = keyEnv ?? "SSH_PRIVATE_KEY";
  const value = process.env[name];
  if (value === undefined) {
    if (keyEnv === undefined) return undefined;
    throw new CommandError(`the variable ${keyEnv} is not set: is it protected, and this branch or tag is not?`);
  }
  return { text: await contentOf(value), from: `$${name}` };
}

async function knownLines({ knownHostsEnv, knownHostsFile }: Options): Promise<string | undefined> {
  if (knownHostsFile !== undefined) return readText(knownHostsFile);
  const value = process.env[knownHostsEnv ?? "SSH_KNOWN_HOSTS"];
  if (value !== undefined) return contentOf(value);
  if (knownHostsEnv !== undefined) throw new CommandError(`the variable ${knownHostsEnv} is not set`);
  return undefined;
}

/** GitLab's variables of type file hold a path. */
async function contentOf(value: string): Promise<string> {
  return /^\/[^\n]{1,4096}$/.test(value.trim()) ? readText(value.trim()) : value;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new CommandError(
      `${path} can't be read: ${error instanceof Error ? error.message : String(error)}`,
      exitCode.usage,
      {
        cause: error,
      },
    );
  }
}

/** The line is the user's own, as in a CI script. Its output is the key: on failure only what it wrote to stderr is told. */
async function printedBy(line: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("sh", ["-c", line], { timeout: 60_000, maxBuffer: 1 << 20 });
    return stdout;
  } catch (error) {
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new CommandError(`--key-command failed${stderr === "" ? "" : `: ${stderr.slice(0, 500)}`}`, exitCode.outside);
  }
}
