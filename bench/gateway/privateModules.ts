// `make bench`: modules straight from git, through Fairlead, goproxy and Athens in turns; and what holding modules against a
// checksum database adds to a cold download.
//
//     node bench/gateway/privateModules.ts [--tags 2000] [--megabytes 500] [--rounds 3] [--output FILE]
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { request } from "undici";
import { freePort } from "../../test/harness/freePort.ts";
import { answerGit } from "../../test/harness/gitBackend.ts";
import { makeBigRepository } from "./bigRepository.ts";
import { endCleanly } from "./cleanEnd.ts";
import { planCores } from "./cores.ts";
import { describeMachine } from "./machine.ts";
import { type Absent, isPeer, type Peer } from "./peer.ts";
import { athens } from "./peers/athens.ts";
import { fairlead } from "./peers/fairlead.ts";
import { goproxy } from "./peers/goproxy.ts";
import { median } from "./samples.ts";
import { Server } from "./server.ts";
import { requireTools } from "./tools.ts";
import { measureVerification } from "./verification.ts";

const host = "git.bench.test";
const module = `${host}/team/big.git`;
/** Asked for first: what is measured is a module that nobody has asked for, not a server that nobody has. */
const small = `${host}/team/small.git`;

/** What is asked, in this order, of a server that has nothing of the module. The latest version is left to `@latest`, which may fetch it. */
const steps = [
  { title: "`list` of versions, cold", paths: () => ["list"], aim: 3 },
  { title: "`@latest` after it", paths: () => [], aim: undefined },
  { title: "a version: .info, .mod, .zip", paths: (tags: number) => files(tags - 3), aim: undefined },
  { title: "the next version", paths: (tags: number) => files(tags - 2), aim: 10 },
] as const;

function files(version: number): string[] {
  return ["info", "mod", "zip"].map((kind) => `v1.${version}.0.${kind}`);
}

const { values } = parseArgs({
  options: {
    tags: { type: "string", default: "2000" },
    megabytes: { type: "string", default: "500" },
    rounds: { type: "string", default: "5" },
    output: {
      type: "string",
      default: fileURLToPath(new URL("../results/gateway-git.md", import.meta.url)),
    },
  },
});
const [tags, megabytes, rounds] = [Number(values.tags), Number(values.megabytes), Number(values.rounds)];

await requireTools(["taskset", "go"]);
const scratch = mkdtempSync(join(tmpdir(), "fairlead-bench-git-"));
endCleanly(scratch);
process.stderr.write(`making a repository of ${megabytes} MB with ${tags} tags\n`);
await makeBigRepository(join(scratch, "repositories/team/big.git"), { module, tags, bytes: megabytes * 1e6 });
await makeBigRepository(join(scratch, "repositories/team/small.git"), { module: small, tags: 10, bytes: 1e5 });
const git = createServer((incoming, response) => {
  const { pathname, search } = new URL(incoming.url ?? "/", "http://host");
  answerGit(incoming, response, { root: join(scratch, "repositories"), path: pathname, search });
});
git.listen(0, "127.0.0.1");
await once(git, "listening");
const address = git.address();
const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
// The same repository for all: peers start the go command, which starts git with its configuration; Fairlead has a rule.
const home = join(scratch, "home");
mkdirSync(home);
writeFileSync(join(home, ".gitconfig"), `[url "${origin}/"]\n\tinsteadOf = https://${host}/\n`);
const settings = join(scratch, "fairlead.yaml");
writeFileSync(settings, `gateway: { direct: { rules: [{ prefix: "${host}", url: "${origin}" }] } }\n`);

const found = [await fairlead(), await goproxy(), await athens()];
const peers = found.filter(isPeer);
const absent = found.filter((each): each is Absent => !isPeer(each));
const times = new Map<string, number[]>();
for (let round = 0; round < rounds; round++) {
  for (const peer of peers) await measure(peer);
}
const verification = await measureVerification(scratch);
git.close();
git.closeAllConnections();
const text = await report();
if (values.output === "-") console.log(text);
else {
  mkdirSync(dirname(values.output), { recursive: true });
  writeFileSync(values.output, `${text}\n`);
  process.stderr.write(`written to ${values.output}\n`);
}

async function measure(peer: Peer): Promise<void> {
  const data = mkdtempSync(join(scratch, "data-"));
  const temporary = mkdtempSync(join(scratch, "tmp-"));
  const port = await freePort();
  const accessLog = join(temporary, "access.log");
  const command = peer.command({ data, scratch: temporary, port, upstream: "direct", warm: false, accessLog });
  // What the go command of a peer has once fetched must not help it in the next round.
  const own = { HOME: home, GOPATH: join(temporary, "gopath"), GOFLAGS: "-modcacherw" };
  const env = { ...command.env, ...own, FAIRLEAD_CONFIG: settings, GOPRIVATE: host, GIT_CONFIG_NOSYSTEM: "1" };
  await using server = await Server.start({
    name: peer.name,
    argv: command.argv,
    env,
    core: planCores().server,
    port,
    log: join(temporary, "log"),
    readyPath: peer.readyPath,
    ended: () => [data, temporary].forEach((folder) => rmSync(folder, { recursive: true, force: true })),
  });
  for (const path of ["@v/list", "@latest", ...[3, 4].flatMap(files).map((file) => `@v/${file}`)])
    await get(`${server.origin}/${small}/${path}`);
  for (const { title, paths } of steps) {
    const targets = paths(tags).map((path) => `/${module}/@v/${path}`);
    const start = performance.now();
    for (const target of targets.length === 0 ? [`/${module}/@latest`] : targets) await get(server.origin + target);
    const key = `${title}\0${peer.name}`;
    times.set(key, [...(times.get(key) ?? []), (performance.now() - start) / 1000]);
  }
  process.stderr.write(
    `${peer.name}: ${steps.map(({ title }) => `${times.get(`${title}\0${peer.name}`)?.at(-1)?.toFixed(2)} s`).join(", ")}\n`,
  );
}

async function get(url: string): Promise<void> {
  const { statusCode, body } = await request(url, { headersTimeout: 600_000, bodyTimeout: 600_000 });
  const bytes = await body.arrayBuffer();
  if (statusCode !== 200 || bytes.byteLength === 0)
    throw new Error(`${url}: ${statusCode} ${Buffer.from(bytes).toString("utf8").slice(0, 500)}`);
}

async function report(): Promise<string> {
  const names = peers.map(({ name }) => name);
  const of = (title: string, name: string): number => median(times.get(`${title}\0${name}`) ?? []) ?? Number.NaN;
  const rows = steps.map(({ title, aim }) => {
    const ours = of(title, "Fairlead");
    const cells = names.map((name) => {
      const theirs = of(title, name);
      return name === "Fairlead" ? `${theirs.toFixed(2)} s` : `${theirs.toFixed(2)} s (${(theirs / ours).toFixed(1)}×)`;
    });
    const least = Math.min(...names.filter((name) => name !== "Fairlead").map((name) => of(title, name) / ours));
    const verdict = aim === undefined ? "–" : `≥ ${aim}×: ${least >= aim ? "reached" : "**missed**"}`;
    return `| ${title} | ${cells.join(" | ")} | ${verdict} |`;
  });
  return `# Modules straight from git, beside the peers

Written by \`node bench/gateway/privateModules.ts\`, which \`make bench\` calls. A repository of ${megabytes} MB with ${tags} tags on
this machine, over HTTP; each server is started anew and has served another, small module; medians of ${rounds} rounds in turns. In brackets how many times as long
as Fairlead a peer takes. Absolute numbers are this machine's on this day.

| | ${names.join(" | ")} | aim |
|---|${names.map(() => "---:").join("|")}|---|
${rows.join("\n")}

${absent.map(({ name, reason }) => `${name} is absent: ${reason}\n`).join("")}
## What the checksum database adds

${verification}

## Machine and programs

| | |
|---|---|
${[...(await describeMachine()), ...peers.map(({ name, version }) => [name, version])].map(([name, value]) => `| ${name} | ${value} |`).join("\n")}`;
}
