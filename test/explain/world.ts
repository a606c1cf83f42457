// Where errors are provoked: real tools in folders of their own, and made-up modules behind a proxy of this machine.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { dirname, join } from "node:path";
import { tryCommand } from "../harness/command.ts";
import { filePath } from "../harness/escaped.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { debianGo, machineGo } from "../harness/goTools.ts";
import { imageNeeds, loadDebian, loadGolang } from "../harness/images.ts";
import type { Need } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";
import { infoOf, testModule, type TestModule } from "../harness/testModule.ts";
import { zipFile } from "../harness/zipFile.ts";
import type { Provocation } from "./provocation.ts";

/** A version of a tool that a text is recorded of. */
export interface ToolVersion {
  /** As it stands in recordings' names: `go1.26`, `git2.39`. */
  readonly name: string;
  /** What its environment has in addition. */
  readonly env: Readonly<Record<string, string>>;
}

export class ProvokeWorld implements AsyncDisposable {
  readonly #folder: TempDir;
  readonly #upstream: FaultyUpstream;
  readonly #statuses: StatusServer;
  readonly #stack: AsyncDisposableStack;
  #count = 0;
  #engine: Promise<DockerEngine> | undefined;

  /** What a provocation asks of the machine. */
  static needs({ tool, script }: Provocation): readonly Need[] {
    if (tool === "docker") return [...DockerEngine.needs, ...imageNeeds];
    const root: readonly Need[] = /\b(?:chown|unshare|setpriv|sshd)\b/.test(script) ? ["root"] : [];
    return script.includes("sshd") ? [...root, "openssh-server"] : root;
  }

  static async start(): Promise<ProvokeWorld> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await TempDir.create("provoke"));
    const upstream = stack.use(await FaultyUpstream.start(...modules()));
    const statuses = stack.use(await StatusServer.start());
    for (const [status, name] of [
      [403, "forbidden"],
      [410, "gone"],
      [500, "broken"],
    ] as const) {
      for (const kind of ["info", "mod", "zip"] as const) {
        upstream.failAlways(filePath(`example.com/${name}`, "v1.0.0", kind), {
          kind: "status",
          status,
          body: `${name}: policy of the proxy`,
        });
      }
    }
    return new ProvokeWorld(folder, upstream, statuses, stack.move());
  }

  private constructor(folder: TempDir, upstream: FaultyUpstream, statuses: StatusServer, stack: AsyncDisposableStack) {
    this.#folder = folder;
    this.#upstream = upstream;
    this.#statuses = statuses;
    this.#stack = stack;
  }

  /** The versions of a tool that are on this machine. */
  static async versions(tool: Provocation["tool"]): Promise<readonly ToolVersion[]> {
    if (tool === "libc") {
      const said = (await tryCommand(["ldd", "--version"])).stdout;
      return [{ name: `glibc${/(\d+\.\d+)$/m.exec(said)?.[1] ?? ""}`, env: {} }];
    }
    if (tool === "go") {
      return [debianGo(), machineGo()].flatMap((go) => {
        if (go === undefined) return [];
        const name = go.version.split(".").slice(0, 2).join(".");
        const env = {
          PATH: `${go.command === "go" ? machineGoFolder() : dirname(go.command)}:${process.env["PATH"] ?? ""}`,
        };
        return [{ name, env }];
      });
    }
    const { stdout } = await tryCommand([tool === "docker" ? "/usr/bin/docker" : tool, "--version"]);
    const version = /\d+(?:\.\d+)?/.exec(stdout)?.[0] ?? "";
    return [{ name: `${tool}${tool === "npm" ? version.split(".")[0] : version}`, env: {} }];
  }

  /** What the tool prints, with this world's own folders and ports replaced by names. */
  async provoke(provocation: Provocation, version: ToolVersion): Promise<string> {
    const at = this.#folder.join(`p${this.#count++}`);
    const project = join(at, "shop");
    await mkdir(project, { recursive: true });
    for (const [path, text] of Object.entries(provocation.files)) {
      if (provocation.lost?.includes(path) === true) continue;
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), text);
    }
    const docker = provocation.tool === "docker" ? await this.#docker() : {};
    const env = { ...this.#env(at), ...version.env, ...docker };
    const run = await tryCommand(["sh", "-c", `exec 2>&1\n${provocation.script}`], { cwd: project, env });
    const text = this.#normalize(run.stdout + run.stderr, at);
    await rm(at, { recursive: true, force: true }).catch(() => undefined);
    return text;
  }

  /** The engine starts with the first that needs it. */
  async #docker(): Promise<NodeJS.ProcessEnv> {
    this.#engine ??= this.#startEngine();
    const path = `/usr/bin:${process.env["PATH"] ?? ""}`;
    return { ...(await this.#engine).env, PATH: `${machineGoFolder()}:${path}` };
  }

  async #startEngine(): Promise<DockerEngine> {
    const engine = this.#stack.use(await DockerEngine.start());
    await loadGolang(engine);
    await loadDebian(engine);
    return engine;
  }

  #env(home: string): NodeJS.ProcessEnv {
    return {
      PATH: process.env["PATH"],
      HOME: home,
      LANG: "C.UTF-8",
      GOPROXY: this.#upstream.url,
      PROXY: this.#upstream.url,
      STATUS: this.#statuses.url,
      GONOSUMDB: "*",
      GOFLAGS: "-modcacherw",
      GOTOOLCHAIN: "local",
      GOCACHE: this.#folder.join("gocache"),
      GIT_CONFIG_SYSTEM: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
      npm_config_globalconfig: "/dev/null",
      npm_config_noproxy: "127.0.0.1",
    };
  }

  #normalize(text: string, at: string): string {
    return (
      text
        // What comes of the engine's network and of its folder is the tests' own.
        .replaceAll(/^WARNING: IPv4 forwarding is disabled.*\n/gm, "")
        .replaceAll(/\/tmp\/fairlead-test-engine-\w+\/data/g, "/var/lib/docker")
        .replaceAll(/(?:\/|%2F)tmp(?:\/|%2F)fairlead-test-engine-\w+/g, "/var/run")
        .replaceAll(/(?:registry-1\.docker\.io|www\.npmjs\.com)/g, "registry.example")
        .replaceAll(/lookup (\S+) on [\d.]+:53/g, "lookup $1 on 192.0.2.53:53")
        .replaceAll(join(at, "shop"), "/src/shop")
        .replaceAll(at, "/home/dev")
        .replaceAll(this.#folder.path, "/home")
        .replaceAll(/http:\/\/127\.0\.0\.1:\d+\/401(?=\/(acme|\w*hub)|')/g, "https://github.com")
        .replaceAll(/http:\/\/127\.0\.0\.1:\d+\/40[14]/g, "https://git.corp.example")
        .replaceAll(/http:\/\/127\.0\.0\.1:\d+\/410/g, "https://sum.golang.org")
        .replaceAll(
          this.#statuses.url,
          text.includes("github.com/acme") ? "https://github.com" : "https://git.corp.example",
        )
        .replaceAll(this.#upstream.url, "http://proxy.corp.example:3000")
        .replaceAll(new URL(this.#upstream.url).host, "proxy.corp.example:3000")
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** What a registry of npm's says of a package: it has two versions. */
const versionOf = (version: string): object => {
  return { name: "left", version, dist: { tarball: "http://127.0.0.1:9/left.tgz", shasum: "" } };
};
const packument = {
  name: "left",
  "dist-tags": { latest: "2.0.0" },
  versions: { "1.0.0": versionOf("1.0.0"), "2.0.0": versionOf("2.0.0") },
};

/** Answers a path with the status that it begins with: `/410/lookup/…`. */
class StatusServer implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  static async start(): Promise<StatusServer> {
    const server = createServer((request, response) => {
      const status = Number(/^\/(\d{3})(?:\/|$)/.exec(request.url ?? "")?.[1] ?? 404);
      const headers = status === 401 ? { "www-authenticate": 'Basic realm="git"' } : {};
      response.writeHead(status, headers).end(status === 200 ? JSON.stringify(packument) : "no\n");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new StatusServer(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    this.url = `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** The folder of the go command that PATH finds. */
function machineGoFolder(): string {
  const folders = (process.env["PATH"] ?? "").split(":");
  return folders.find((folder) => existsSync(join(folder, "go"))) ?? "/usr/local/go/bin";
}

/** The modules that the provocations ask for. */
function modules(): readonly TestModule[] {
  return [
    testModule("example.com/lib", "v1.0.0"),
    testModule("example.com/lib", "v1.1.0"),
    made("example.com/modern", "v1.0.0", {
      "go.mod": "module example.com/modern\n\ngo 1.99.0\n",
      "m.go": "package modern\n",
    }),
    testModule("git.corp.example/team/secret", "v1.0.0"),
    made("example.com/secretive", "v1.0.0", {
      "go.mod": "module example.com/secretive\n\ngo 1.19\n",
      "internal/core/core.go": "package core\n",
    }),
    made("example.com/wants", "v1.0.0", {
      "go.mod": "module example.com/wants\n\ngo 1.19\n\nrequire example.com/lib v1.1.0\n",
      "wants.go": 'package wants\n\nimport _ "example.com/lib"\n',
    }),
    made("example.com/replacing", "v1.0.0", {
      "go.mod": "module example.com/replacing\n\ngo 1.19\n\nreplace example.com/lib => ../lib\n",
      "main.go": "package main\n\nfunc main() {}\n",
    }),
    made("example.com/oldname", "v1.0.0", {
      "go.mod": "module example.com/newname\n\ngo 1.19\n",
      "n.go": "package newname\n",
    }),
    made("example.com/tree", "v1.0.0", {
      "go.mod": "module example.com/tree\n\ngo 1.19\n",
      "leaf/leaf.go": "package leaf\n",
    }),
    made("example.com/tree/leaf", "v1.0.0", {
      "go.mod": "module example.com/tree/leaf\n\ngo 1.19\n",
      "leaf.go": "package leaf\n",
    }),
  ];
}

function made(path: string, version: string, files: Readonly<Record<string, string>>): TestModule {
  const entries = Object.entries(files).map(([name, text]) => ({
    name: `${path}@${version}/${name}`,
    bytes: Buffer.from(text),
  }));
  return { path, version, info: infoOf(version), mod: Buffer.from(files["go.mod"] ?? ""), zip: zipFile(entries) };
}
