// A docker configuration folder of our own for one command: what `docker login` writes stays in it, and goes with it.

import { rmSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../image/engine.ts";
import { BuildError } from "../buildError.ts";

export interface RegistryLogin {
  /** `registry.example:5000` */
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/**
 * Logs in to a registry. The password goes through standard input into a folder of mode 0700 that lives until `dispose`; the
 * user's own configuration (other logins, plugins, contexts, builders) still counts, and is not written to.
 */
export class PrivateConfig implements AsyncDisposable {
  readonly #folder: string;
  /** For an end in the middle: a second Ctrl-C. */
  readonly #removeNow = (): void => rmSync(this.#folder, { recursive: true, force: true });

  /** Throws BuildError if the registry refuses the login. */
  static async login(
    engine: Engine,
    { host, username, password }: RegistryLogin,
    env: NodeJS.ProcessEnv,
  ): Promise<PrivateConfig> {
    // mkdtemp makes it with mode 0700.
    const config = new PrivateConfig(await mkdtemp(join(env["XDG_RUNTIME_DIR"] ?? tmpdir(), "fairlead-docker-")));
    try {
      await config.#fill(env["DOCKER_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".docker"), host);
      const args = ["login", "--username", username, "--password-stdin", host];
      const { status, stderr } = await engine.run(args, { env: config.env, input: password });
      if (status !== 0) throw new BuildError("login", loginText(host, username, stderr));
      return config;
    } catch (error) {
      await config[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(folder: string) {
    this.#folder = folder;
    process.once("exit", this.#removeNow);
  }

  get env(): { readonly DOCKER_CONFIG: string } {
    return { DOCKER_CONFIG: this.#folder };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.removeListener("exit", this.#removeNow);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #fill(users: string, host: string): Promise<void> {
    const own = await readFile(join(users, "config.json"), "utf8").then(parseObject, () => ({}));
    const helpers = "credHelpers" in own && typeof own.credHelpers === "object" ? own.credHelpers : {};
    // An empty helper keeps this registry's login in this file, whatever store the user has for the others.
    const config = { ...own, credHelpers: { ...helpers, [host]: "" } };
    await writeFile(join(this.#folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
    for (const name of ["cli-plugins", "contexts", "buildx"]) {
      const there = await stat(join(users, name)).catch(() => undefined);
      if (there?.isDirectory() === true) await symlink(join(users, name), join(this.#folder, name));
    }
  }
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function loginText(host: string, username: string, stderr: string): string {
  const said = stderr.split("\n").find((line) => /error|denied|unauthorized|refused|timeout/i.test(line)) ?? stderr;
  const next = /unauthorized|denied|401|403/i.test(stderr)
    ? "check registry.username and registry.password: a token may have expired, or lack the right to write"
    : "is the registry up, and is it reached by HTTPS? One by plain HTTP must be among the engine's insecure-registries";
  return `${host} refused the login of ${username}: ${said.trim().slice(0, 500)}\n${next}`;
}
