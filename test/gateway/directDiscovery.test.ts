// How repositories are found by `?go-get=1`, and who gets which credentials: hosts with names of their own behind an HTTP
// proxy, asked by the go command itself and by the gateway that the go command asks.
import { mkdir, writeFile } from "node:fs/promises";
import { request as forward } from "node:http";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { answerGit } from "../harness/gitBackend.ts";
import { GitRepository } from "../harness/gitRepository.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { machineGo } from "../harness/goTools.ts";
import { MadeUpHosts, type Host } from "../harness/madeUpHosts.ts";
import { TempDir } from "../harness/tempDir.ts";
import { testModule } from "../harness/testModule.ts";

const password = "hunter2-very-secret";
const login = `Basic ${Buffer.from(`ci:${password}`).toString("base64")}`;
const scope = new AsyncDisposableStack();
let folder: TempDir;
let hosts: MadeUpHosts;
let fairlead: FairleadServer;

beforeAll(async () => {
  folder = scope.use(await TempDir.create("discovery"));
  const library = await GitRepository.create(
    folder.join("repositories", "group/sub/lib"),
    "git.corp.example/group/sub/lib",
  );
  await library.git("tag", "v1.0.0");
  await mkdir(folder.join("repositories/group/sub/lib/part"));
  await library.commit(
    { "part/go.mod": "module git.corp.example/group/sub/lib/part\n\ngo 1.18\n", "part/part.go": "package part\n" },
    "A module in a folder",
  );
  await library.git("tag", "part/v0.1.0");
  const named = await GitRepository.create(folder.join("repositories", "group/named"), "vanity.example/named");
  await named.git("tag", "v1.0.0");
  hosts = scope.use(
    await MadeUpHosts.start({
      "git.corp.example": gitLab,
      "vanity.example": vanity,
      "elsewhere.example": (_, response, url) => page(response, `vanity.example${url.pathname} ${repository}`),
      "proxy.example": moduleProxy,
      "round.example": backToTheGateway,
    }),
  );
  await writeFile(folder.join(".netrc"), `machine git.corp.example\nlogin ci\npassword ${password}\n`, { mode: 0o600 });
  fairlead = scope.use(
    await FairleadServer.start({
      upstream: "direct",
      settings: "fresh: { for: 0s, staleFor: 0s, negativeFor: 0s }\nretries: 0",
      env: { ...hosts.env, NETRC: folder.join(".netrc") },
    }),
  );
});
afterAll(() => scope.disposeAsync());

const repository = "git https://git.corp.example/group/named.git";

/** Who does not log in is told, as GitLab does, that every path of three elements is a repository of two. */
const gitLab: Host = (request, response, url) => {
  const known = request.headers.authorization === login;
  if (url.searchParams.has("go-get")) {
    const depth = known && url.pathname.startsWith("/group/sub/") ? 3 : 2;
    const path = url.pathname
      .split("/")
      .slice(1, depth + 1)
      .join("/");
    return page(response, `git.corp.example/${path} git https://git.corp.example/${path}.git`);
  }
  if (!known) return void response.writeHead(401, { "www-authenticate": 'Basic realm="GitLab"' }).end();
  if (url.pathname.startsWith("/old/"))
    return void response.writeHead(301, { location: url.href.replace("/old/", "/group/") }).end();
  const path = url.pathname.replace(/\.git\//, "/.git/");
  answerGit(request, response, { root: folder.join("repositories"), path, search: url.search });
};

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  named: (response) => page(response, `vanity.example/named ${repository}`),
  moved: (response) => page(response, "vanity.example/moved git https://git.corp.example/old/named.git"),
  proxied: (response) => page(response, "vanity.example/proxied mod https://proxy.example"),
  both: (response) =>
    page(response, `vanity.example/both ${repository}`, "vanity.example/both mod https://proxy.example"),
  elsewhere: (response) => redirect(response, "https://elsewhere.example/elsewhere?go-get=1"),
  plain: (response) => redirect(response, "http://vanity.example/named?go-get=1"),
  circle: (response) => redirect(response, "/circle?go-get=1"),
  inward: (response) => redirect(response, "https://10.1.2.3/named?go-get=1"),
  several: (response) =>
    page(response, `vanity.example/several ${repository}`, "vanity.example git https://a.example/b"),
  nothing: (response) => response.end("<html><head></head><body>Welcome</body></html>"),
  mercurial: (response) => page(response, "vanity.example/mercurial hg https://hg.example/x"),
  command: (response) => page(response, "vanity.example/command git ext::sh%20-c%20id"),
  option: (response) => page(response, "vanity.example/option git --upload-pack=id"),
  local: (response) => page(response, "vanity.example/local git file:///etc"),
  hidden: (response) => page(response, "vanity.example/hidden git https://127.0.0.1/x.git"),
  hiddenproxy: (response) => page(response, "vanity.example/hiddenproxy mod https://127.0.0.1:1"),
  up: (response) => page(response, `vanity.example/up ${repository} ../../etc`),
  parent: (response) => page(response, "vanity.example/parent git https://git.corp.example/group/other.git"),
  round: (response) => page(response, "vanity.example/round mod https://round.example"),
  login: (response) => response.writeHead(401).end(),
  secret: (response) => response.writeHead(403).end(),
  broken: (response) => response.writeHead(500).end(),
};

const vanity: Host = (_, response, url) => {
  const [, name = "", below] = url.pathname.split("/");
  // Its page says another thing than that of the path above it.
  if (name === "parent" && below !== undefined) return page(response, `vanity.example/parent ${repository}`);
  const answer = answers[name];
  if (answer === undefined) response.writeHead(404).end();
  else answer(response);
};

function page(response: ServerResponse, ...contents: readonly string[]): void {
  const tags = contents.map((content) => `<meta name="go-import" content="${content}">`);
  response.writeHead(200, { "content-type": "text/html" }).end(`<html><head>${tags.join("\n")}</head></html>\n`);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location }).end();
}

/** A GOPROXY of two modules with one version. */
const moduleProxy: Host = (_, response, url) => {
  for (const name of ["proxied", "both"]) {
    const module = testModule(`vanity.example/${name}`, "v1.2.3");
    const files: Readonly<Record<string, string | Buffer>> = {
      list: "v1.2.3\n",
      "v1.2.3.info": module.info,
      "v1.2.3.mod": module.mod,
      "v1.2.3.zip": module.zip,
    };
    const bytes = files[url.pathname.replace(`/vanity.example/${name}/@v/`, "")];
    if (bytes !== undefined) return void response.writeHead(200).end(bytes);
  }
  response.writeHead(404).end();
};

const backToTheGateway: Host = (request, response, url) => {
  const outgoing = forward(`${fairlead.url}${url.pathname}`, { headers: { via: request.headers["via"] ?? "" } });
  outgoing.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 500, { "content-type": answer.headers["content-type"] ?? "" });
    answer.pipe(response);
  });
  outgoing.on("error", () => response.destroy());
  outgoing.end();
};

test.for<[module: string, version: string]>([
  ["git.corp.example/group/sub/lib", "v1.0.0"],
  ["git.corp.example/group/sub/lib", "main"],
  ["git.corp.example/group/sub/lib/part", "latest"],
  ["vanity.example/named", "v1.0.0"],
  ["vanity.example/elsewhere/named", "v1.0.0"],
  ["vanity.example/proxied", "v1.2.3"],
  ["vanity.example/both", "latest"],
])("%s@%s is what the go command gets by itself", async ([module, version], { skip }) => {
  const go = machineGo();
  if (go === undefined) return skip("no go command");
  const found = [];
  for (const proxy of ["direct", fairlead.url]) {
    const own = proxy === "direct" ? { ...hosts.env, HOME: folder.path, GIT_TERMINAL_PROMPT: "0" } : {};
    const env = { GOSUMDB: "off", ...own };
    await using sandbox = await GoSandbox.create({ go, proxy, env });
    const run = await sandbox.run(["mod", "download", "-json", `${module}@${version}`], await sandbox.emptyModule());
    const { Version, Sum, GoModSum, Error: error } = JSON.parse(run.stdout || "{}");
    found.push({ Version, Sum, GoModSum, failed: error !== undefined || run.exitCode !== 0 ? run.stderr + error : "" });
  }
  const [theirs, ours] = found;
  // A module that calls itself otherwise is for both the same, too.
  if (theirs?.Sum !== undefined) expect(ours).toEqual(theirs);
  else
    expect({ theirs, ours }).toMatchObject({
      theirs: { failed: expect.stringMatching(/./) },
      ours: { Sum: undefined },
    });
  if (module !== "vanity.example/elsewhere/named") expect(theirs?.Sum, theirs?.failed).toMatch(/^h1:/);
});

test("a repository that has moved is followed", async () => {
  const answer = await fairlead.get("/vanity.example/moved/@v/list");
  expect(answer.body.toString()).toBe("v1.0.0\n");
});

test.for<[module: string, status: number, text: RegExp]>([
  ["vanity.example/absent", 404, /vanity\.example\/absent\?go-get=1: 404/],
  ["vanity.example/nothing", 404, /no go-import meta tag for this path/],
  ["vanity.example/mercurial", 404, /version control by hg is not supported, only git/],
  ["vanity.example/login", 404, /401: the host wants credentials; add a token .* or a line to \.netrc/],
  ["vanity.example/secret", 403, /403: no right to see it/],
  ["vanity.example/broken", 502, /go-get=1: 500/],
  ["vanity.example/plain", 502, /redirects to "http:\/\/vanity\.example.*", which is not https/],
  ["vanity.example/circle", 502, /redirects more than 5 times/],
  ["vanity.example/inward", 403, /10\.1\.2\.3 is a private address; name it in gateway\.direct\.rules/],
  ["vanity.example/several", 502, /several go-import tags match/],
  ["vanity.example/command", 502, /names "ext::sh%20-c%20id", which is no address that may be used/],
  ["vanity.example/option", 502, /names "--upload-pack=id", which is no address/],
  ["vanity.example/local", 502, /names "file:\/\/\/etc", which is no address/],
  ["vanity.example/hidden", 403, /127\.0\.0\.1 is at the private address 127\.0\.0\.1/],
  ["vanity.example/hiddenproxy", 403, /127\.0\.0\.1 is a private address/],
  ["vanity.example/up", 502, /names a folder that is none/],
  ["vanity.example/parent/below", 502, /name different repositories/],
  ["vanity.example/round", 508, /asked itself/],
  ["nowhere.example/x", 502, /nowhere\.example/],
])("%s: %d, with the reason", async ([module, status, text]) => {
  const answer = await fairlead.get(`/${module}/@v/list`);
  expect(answer.body.toString()).toMatch(text);
  expect(answer.status).toBe(status);
});

test("a password of .netrc that is wrong is named, and not shown", async () => {
  const netrc = folder.join("wrong");
  await writeFile(netrc, "machine git.corp.example login ci password wrong-and-secret\n");
  await using other = await FairleadServer.start({
    upstream: "direct",
    workers: 1,
    settings: "retries: 0",
    env: { ...hosts.env, NETRC: netrc },
  });
  const answer = await other.get("/vanity.example/named/@v/list");
  expect(answer.status).toBe(502);
  expect(answer.body.toString()).toMatch(
    /401: the host did not accept the credentials: a wrong or expired token\?.*wrong/,
  );
  expect(answer.body.toString() + other.log).not.toContain("wrong-and-secret");
});

test("what the gateway wrote holds no password", () => expect(fairlead.log).not.toContain(password));
