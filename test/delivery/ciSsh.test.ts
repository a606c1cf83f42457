// `fairlead ci ssh` against a real sshd, as a CI job starts it: with a key in a variable, and nothing else.
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { command, type CommandRun, tryCommand } from "../harness/command.ts";
import { ContainerHost } from "../harness/containerHost.ts";
import { Lan } from "../harness/lan.ts";
import { requireAll } from "../harness/require.ts";
import { SshClient } from "../harness/sshClient.ts";
import { TempDir } from "../harness/tempDir.ts";

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");

test("what keeps a job from logging in is found, mended and tried", async ({ skip }) => {
  requireAll(skip, ...ContainerHost.needs);
  await using lan = await Lan.start();
  await using client = await SshClient.create();
  await using host = await ContainerHost.start({ lan, name: "web1", authorizedKey: client.publicKey });
  await using folder = await TempDir.create("ci");
  const key = await readFile(client.key, "utf8");
  const secret = key.split("\n")[2] ?? "";
  const known = await host.knownHost();
  const target = `root@${host.address}`;
  const outputs: string[] = [];

  /** In a fresh home, unless one is named. */
  let homes = 0;
  const ciSsh = async (
    args: readonly string[],
    env: Record<string, string> = {},
    home = `home${homes++}`,
  ): Promise<CommandRun> => {
    const at = folder.join(home);
    await mkdir(at, { recursive: true });
    const run = await tryCommand([launcher, "ci", "ssh", "--folder", `${at}/.ssh`, ...args], {
      cwd: folder.path,
      env: { PATH: process.env["PATH"], HOME: at, ...env },
    });
    outputs.push(run.stdout, run.stderr);
    return run;
  };

  // A damaged key and the known hosts in variables: everything is made, and a login works.
  const damaged = {
    SSH_PRIVATE_KEY: key.trimEnd().replaceAll("\n", "\r\n"),
    SSH_KNOWN_HOSTS: known.trim().replaceAll("\n", "\r\n"),
  };
  const mended = await ciSsh([target], damaged, "mended");
  expect(mended, mended.stderr).toMatchObject({ exitCode: 0 });
  expect(mended.stdout).toContain("mended: Windows line ends");
  expect(mended.stdout).toContain("login works");
  expect((await stat(folder.join("mended/.ssh/id_ed25519"))).mode & 0o777).toBe(0o600);
  expect((await stat(folder.join("mended/.ssh"))).mode & 0o777).toBe(0o700);

  // Again: nothing is left to mend. A mode that is too open is mended in place, or only told.
  const again = await ciSsh([target, "--json"], {}, "mended");
  expect(JSON.parse(again.stdout)).toMatchObject({ schemaVersion: 1, ok: true });
  expect(again.stdout).not.toContain('mended"');
  await chmod(folder.join("mended/.ssh/id_ed25519"), 0o644);
  expect(await ciSsh([target, "--check"], {}, "mended")).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining("mode 644"),
  });
  expect((await ciSsh([target], {}, "mended")).stdout).toContain("mended: mode 644");

  // From a file whose path a variable holds, and from a command; the host by its fingerprint.
  await writeFile(folder.join("key"), Buffer.from(key).toString("base64"));
  const listed = await command(["ssh-keygen", "-l", "-f", "-"], { input: known.replace(/^\S+ /, "") });
  const fingerprint = ["--fingerprint", /SHA256:\S+/.exec(listed)?.[0] ?? ""];
  const byFile = await ciSsh(["--key-env", "DEPLOY_KEY", ...fingerprint, target], { DEPLOY_KEY: folder.join("key") });
  expect(byFile, byFile.stdout + byFile.stderr).toMatchObject({ exitCode: 0 });
  const byCommand = await ciSsh(["--key-command", `cat ${folder.join("key")}`, ...fingerprint, target]);
  expect(byCommand, byCommand.stdout + byCommand.stderr).toMatchObject({ exitCode: 0 });

  // What can't be mended is told, each with its own words.
  const lines = { SSH_KNOWN_HOSTS: known };
  const wrong = async (
    text: string,
    args: readonly string[],
    env: Record<string, string>,
    home?: string,
  ): Promise<void> => {
    const run = await ciSsh(args, env, home);
    expect(run.stdout + run.stderr).toContain(text);
    expect(run.exitCode).toBe(1);
  };
  await wrong("there is no private key", [target], lines);
  await wrong("hand its line over by", [target], { SSH_PRIVATE_KEY: key });
  const another = `SHA256:${"A".repeat(43)}`;
  await wrong("somebody may stand in between", [target, "--fingerprint", another], { SSH_PRIVATE_KEY: key });
  await wrong("has a passphrase", [target], {
    ...lines,
    SSH_PRIVATE_KEY: await newKey(folder.join("locked"), "secret phrase"),
  });
  await wrong("the host refuses the key", [target], {
    ...lines,
    SSH_PRIVATE_KEY: await newKey(folder.join("other"), ""),
  });
  expect((await ciSsh(["--key-env", "NOT_SET", target])).exitCode).toBe(2);
  expect((await ciSsh(["--", "-oProxyCommand=touch /tmp/x"])).exitCode).toBe(2);

  await host.stopSshd();
  await wrong("nothing listens there: is sshd up, and is the port right? (3 tries)", [target], {}, "mended");
  await host.startSshd();
  await host.changeHostKey();
  await wrong("another key than the one that is known", [target], {}, "mended");

  expect(secret).toMatch(/^.{40,}$/);
  expect(outputs.join("")).not.toContain(secret.slice(0, 20));
});

async function newKey(file: string, passphrase: string): Promise<string> {
  await command(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", file]);
  return readFile(file, "utf8");
}
