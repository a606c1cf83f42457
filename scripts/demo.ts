// `make demo`: the whole way of a service on this machine, with real parts: git, BuildKit, a registry with a password, two
// hosts with sshd, container engine and haproxy each. A good release goes out; then a bad one, which is taken back by
// itself. Nothing of it runs on afterwards. Ends with status 1 when the story did not go as told.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { parseDocument } from "yaml";
import { openApprovals, openRequests } from "../src/delivery/approve/approvals.ts";
import { command } from "../test/harness/command.ts";
import { ContainerHost } from "../test/harness/containerHost.ts";
import { DockerEngine } from "../test/harness/dockerEngine.ts";
import { imageNeeds, loadGolang } from "../test/harness/images.ts";
import { Lan } from "../test/harness/lan.ts";
import { Load, type LoadCount } from "../test/harness/load.ts";
import { Registry } from "../test/harness/registry.ts";
import { missing } from "../test/harness/require.ts";
import { SshClient } from "../test/harness/sshClient.ts";
import { TempDir } from "../test/harness/tempDir.ts";

const root = resolve(import.meta.dirname, "..");
const user = { name: "ci", password: "demo-password-of-the-registry" };
const start = performance.now();

function chapter(text: string): void {
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(styleText("bold", `\n━━ ${text}`) + styleText("dim", `  (${seconds} s)`));
}

function note(text: string): void {
  console.log(styleText("dim", `   ${text}`));
}

async function demo(): Promise<void> {
  const needs = [...ContainerHost.needs, ...Registry.needs, ...DockerEngine.needs, ...imageNeeds];
  const reason = missing(...needs);
  if (reason !== undefined) throw new Error(`the demonstration can't run here: ${reason}`);

  chapter("A registry with a password, and two hosts, made for this demonstration");
  await using lan = await Lan.start();
  await using client = await SshClient.create();
  await using registry = await Registry.start({ lan, user });
  await using engine = await DockerEngine.start({ lan });
  await using web1 = await ContainerHost.start({ lan, name: "web1", authorizedKey: client.publicKey });
  await using web2 = await ContainerHost.start({ lan, name: "web2", authorizedKey: client.publicKey });
  await client.know(web1, web2);
  note(`registry ${registry.host}; web1 ${web1.address} and web2 ${web2.address}, each with sshd, docker and haproxy`);
  note(
    "golang image: made of Debian's packages and this machine's Go, as nothing is pulled (once a machine, a minute)",
  );
  await loadGolang(engine);
  await engine.docker(["login", "--username", user.name, "--password-stdin", registry.host], { input: user.password });

  await using folder = await TempDir.create("demo");
  const project = folder.join("shop");
  const data = folder.join("data");
  const env = {
    ...process.env,
    ...engine.env,
    HOME: folder.path,
    FAIRLEAD_DATA: data,
    FAIRLEAD_SSH_CONFIG: client.config,
    FAIRLEAD_USER: "anna",
    REGISTRY_PASSWORD: user.password,
  };
  const git = (...args: readonly string[]): Promise<string> => {
    const who = ["-c", "user.name=Anna", "-c", "user.email=anna@corp.example", "-c", "commit.gpgsign=false"];
    return command(["git", ...who, ...args], { cwd: project, env: { ...env, GIT_CONFIG_GLOBAL: "/dev/null" } });
  };

  /** Runs `fairlead …` as one types it; its output is shown, or its beginning. Resolves to its exit status. */
  const fairlead = async (args: readonly string[], { lines = Infinity } = {}): Promise<number> => {
    console.log(`\n${styleText("cyan", `$ fairlead ${args.join(" ")}`)}`);
    const isShown = lines === Infinity;
    const child = spawn(resolve(root, "bin/fairlead"), args, {
      cwd: project,
      env,
      stdio: ["ignore", isShown ? "inherit" : "pipe", "inherit"],
    });
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (more: string) => (text += more));
    const [status] = await once(child, "close");
    if (!isShown) {
      const all = text.trimEnd().split("\n");
      console.log(all.slice(0, lines).join("\n"));
      if (all.length > lines) note(`… ${all.length - lines} lines more`);
    }
    return Number(status ?? 1);
  };
  const expectStatus = (what: string, status: number, expected: number): void => {
    if (status !== expected) throw new Error(`${what} ended with status ${status} instead of ${expected}`);
  };

  /** A deployment, while somebody answers its question as soon as it is asked. */
  const deploy = async (): Promise<number> => {
    const database = await openApprovals(data);
    const over = new AbortController();
    const answering = (async () => {
      while (!over.signal.aborted) {
        const [request] = await openRequests(database);
        if (request !== undefined) {
          note("in another terminal, somebody who may:");
          expectStatus("fairlead approve", await fairlead(["approve", request.id]), 0);
          return;
        }
        await sleep(200);
      }
    })();
    const status = await fairlead(["deploy", "production"]);
    over.abort();
    await answering;
    await database.destroy();
    return status;
  };

  chapter("A Go repository: examples/shop");
  await cp(resolve(root, "examples/shop"), project, { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "The shop");
  note((await git("ls-files")).trim().split("\n").join("  "));

  chapter("fairlead init: Dockerfile, .dockerignore, settings and CI configuration");
  const hosts = ["--host", "staging=web1", "--host", "production=web1", "--host", "production=web2"];
  const image = ["--image", `${registry.host}/team/shop`];
  expectStatus(
    "fairlead init",
    await fairlead(["init", "--yes", "--ci", "gitlab", ...image, ...hosts], { lines: 30 }),
    0,
  );
  const settings = parseDocument(await readFile(`${project}/fairlead.yaml`, "utf8"));
  settings.set("registry", { username: user.name, password: "${REGISTRY_PASSWORD}", insecure: true });
  settings.setIn(["environments", "production", "drain"], "2s");
  const window = { delay: "1s", interval: "2s", samples: 5, maxErrorRate: "5%", failureLimit: 1 };
  settings.setIn(["environments", "production", "verification"], window);
  await writeFile(`${project}/fairlead.yaml`, settings.toString());
  note("set for the demonstration: the registry's login, and a window of 5 samples of 2 s instead of 10 of 30 s");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "Fairlead's files");

  chapter("fairlead build: the image, while one watches");
  expectStatus("fairlead build", await fairlead(["build", "--push"]), 0);

  chapter("fairlead deploy: two hosts, the first before the second; users come as soon as one serves");
  const urls = [web1, web2].map(({ address }) => `http://${address}:8080`);
  await using users = new Users(urls);
  expectStatus("the first deployment", await deploy(), 0);

  chapter("A release goes out that fails one request of ten");
  const file = `${project}/internal/release/release.go`;
  await writeFile(file, (await readFile(file, "utf8")).replace("string(Good)", "string(Errors)"));
  await git("commit", "--quiet", "--all", "--message", "Prices with discounts");
  note((await git("log", "--oneline", "-1")).trim());
  expectStatus("fairlead build", await fairlead(["build", "--push"], { lines: 6 }), 0);
  const before = users.count;
  note(`until now: ${said(before)}`);
  expectStatus("the bad deployment", await deploy(), 1);

  chapter("Nobody touched anything: the old release serves");
  await sleep(1000);
  const settled = users.count;
  await sleep(3000);
  await users[Symbol.asyncDispose]();
  const after = users.count;
  expectStatus("fairlead releases", await fairlead(["releases", "production"]), 0);
  expectStatus("fairlead status", await fairlead(["status", "production"]), 0);
  for (const url of urls) console.log(`${url}/version  ${(await (await fetch(`${url}/version`)).text()).trim()}`);
  note(`users in all: ${said(after)}; in the last three seconds ${after.errors - settled.errors} errors`);
  if (before.errors + before.lost + after.lost > 0 || after.errors > settled.errors)
    throw new Error(`users noticed what they should not have: ${after.faults.join("; ")}`);

  chapter("Done: everything is stopped and removed");
}

/** They come to a host when it first answers, and stay. */
class Users implements AsyncDisposable {
  readonly #end = new AbortController();
  readonly #loads: Load[] = [];
  readonly #arrivals: Promise<void>[];

  constructor(urls: readonly string[]) {
    this.#arrivals = urls.map((url) => this.#arrive(url));
  }

  get count(): LoadCount {
    const all = this.#loads.map((load) => load.count);
    const sum = (name: "requests" | "errors" | "lost"): number => all.reduce((total, each) => total + each[name], 0);
    const faults = all.flatMap((each) => each.faults);
    return { requests: sum("requests"), errors: sum("errors"), lost: sum("lost"), faults };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#arrivals);
    await Promise.all(this.#loads.map((load) => load.stop()));
  }

  async #arrive(url: string): Promise<void> {
    while (!this.#end.signal.aborted) {
      const answer = await fetch(`${url}/healthz`).catch(() => undefined);
      if (answer?.ok === true) {
        this.#loads.push(Load.start([url], 2));
        return;
      }
      await sleep(100);
    }
  }
}

function said({ requests, errors, lost }: LoadCount): string {
  return `${requests} requests, ${errors} errors, ${lost} lost`;
}

await demo();
