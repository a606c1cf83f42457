// Really asks the sources of a route for the module, one after the other, and says what the go command makes of each
// answer. Where the go command would stop, so does this: a private name must not reach by a diagnosis whom GOPROXY keeps it
// from.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { redactSecrets } from "../config/redact.ts";
import { escapePath, escapeVersion } from "../gomod/module.ts";
import { compare, isValid } from "../gomod/semver.ts";
import { type Answer, type Ask, NoAnswerError } from "./httpAsk.ts";
import type { ModuleRoute } from "./moduleRoute.ts";
import type { NetrcLogin } from "./netrc.ts";
import { afterAnswer, type Hop, type Outcome } from "./proxyChain.ts";

/** What one source said. */
export interface HopProbe {
  readonly hop: Hop;
  /** What was asked for: `v1.0.0.info`, `@v/list`, `@latest`, `?go-get=1`. */
  readonly asked: string;
  /** `unknown`: only git, with the user's credentials, can tell. */
  readonly outcome: Outcome | "unknown";
  readonly status: number | undefined;
  readonly milliseconds: number | undefined;
  /** What it has, or what it said instead; short lines without credentials or control characters. */
  readonly lines: readonly string[];
  /** What the go command does then; `unreached`: it never comes so far, so nothing was asked here either. */
  readonly next: "done" | "next" | "stop" | "unreached";
}

export interface Probe {
  readonly hops: readonly HopProbe[];
  /** Whether the go command gets the module; `unknown` where it comes to a direct fetch that only git can decide. */
  readonly result: "found" | "fails" | "unknown";
}

export interface ProbeTools {
  readonly ask: Ask;
  readonly netrc: readonly NetrcLogin[];
}

type Finding = Omit<HopProbe, "hop" | "next">;

export async function probeRoute(route: ModuleRoute, tools: ProbeTools): Promise<Probe> {
  const probed: HopProbe[] = [];
  let result: Probe["result"] | undefined;
  for (const hop of route.download.hops) {
    if (result !== undefined) {
      probed.push({ hop, ...nothing, next: "unreached" });
      continue;
    }
    const finding = await probeHop(hop, route, tools);
    const next = finding.outcome === "unknown" ? "stop" : afterAnswer(hop, finding.outcome);
    probed.push({ hop, ...finding, next });
    if (next === "done") result = "found";
    if (next === "stop") result = finding.outcome === "unknown" ? "unknown" : "fails";
  }
  return { hops: probed, result: result ?? "fails" };
}

const nothing: Finding = { asked: "", outcome: "notFound", status: undefined, milliseconds: undefined, lines: [] };

async function probeHop(hop: Hop, route: ModuleRoute, tools: ProbeTools): Promise<Finding> {
  if (hop.kind === "off") return nothing;
  try {
    return hop.kind === "direct" ? await probeDirect(route, tools) : await probeProxy(hop.url, route, tools);
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    const asked = hop.kind === "direct" ? "?go-get=1" : proxyPath(route);
    return { ...nothing, asked, outcome: "failure", lines: [shorten(error.message)] };
  }
}

function proxyPath({ version }: ModuleRoute): string {
  return version === undefined || version === "latest" ? "@v/list" : `@v/${escapeVersion(version)}.info`;
}

async function probeProxy(base: string, route: ModuleRoute, tools: ProbeTools): Promise<Finding> {
  const asked = proxyPath(route);
  const answer = await askProxy(base, route, asked, tools);
  if (!asked.endsWith("list") || answer.status !== 200) return proxyFinding(asked, answer);
  const versions = listedVersions(answer.text);
  if (versions.length === 0) return proxyFinding("@latest", await askProxy(base, route, "@latest", tools));
  const count = versions.length === 1 ? "one version" : `${versions.length} versions`;
  const { status, milliseconds } = answer;
  return { asked, outcome: "found", status, milliseconds, lines: [`${count}, up to ${versions.at(-1) ?? ""}`] };
}

/** As cmd/go reads a list: the first word of a line, where it is a version (proxy.go, Versions). */
function listedVersions(text: string): readonly string[] {
  const words = text.split("\n").map((line) => line.trim().split(/\s+/)[0] ?? "");
  return words.filter((word) => isValid(word)).sort(compare);
}

async function askProxy(
  base: string,
  { path }: ModuleRoute,
  asked: string,
  { ask, netrc }: ProbeTools,
): Promise<Answer> {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${escapePath(path)}/${asked}`;
  if (url.protocol === "file:") return readFileAnswer(url);
  const { username, password } = url;
  if (username === "" && password === "") return ask(url, { headers: netrcHeaders(url, netrc) });
  if (url.protocol === "http:") {
    throw new NoAnswerError("not asked: the go command refuses to send credentials over plain http");
  }
  url.username = "";
  url.password = "";
  return ask(url, { headers: basic(decodeURIComponent(username), decodeURIComponent(password)) });
}

async function readFileAnswer(url: URL): Promise<Answer> {
  const start = performance.now();
  const text = await readFile(fileURLToPath(url), "utf8").catch(() => undefined);
  const milliseconds = Math.round(performance.now() - start);
  return { status: text === undefined ? 404 : 200, contentType: "text/plain", text: text ?? "", milliseconds };
}

/** For https alone, as cmd/go has it (web/http.go). */
function netrcHeaders({ protocol, host }: URL, netrc: readonly NetrcLogin[]): Record<string, string> {
  const login = protocol === "https:" ? netrc.find(({ machine }) => machine === host) : undefined;
  return login === undefined ? {} : basic(login.login, login.password);
}

function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

function proxyFinding(asked: string, answer: Answer): Finding {
  const { status, milliseconds } = answer;
  const outcome = status === 200 ? "found" : status === 404 || status === 410 ? "notFound" : "failure";
  const lines = status === 200 ? infoLines(answer.text) : errorLines(answer);
  return { asked, outcome, status, milliseconds, lines };
}

function infoLines(text: string): readonly string[] {
  try {
    const info: unknown = JSON.parse(text);
    if (typeof info !== "object" || info === null || !("Version" in info)) return ["its answer names no version"];
    const time = "Time" in info && typeof info.Time === "string" ? ` of ${info.Time}` : "";
    return [shorten(`${String(info.Version)}${time}`)];
  } catch {
    return ["its answer is no JSON: the go command will refuse it"];
  }
}

/** The lines that the go command would show: of plain text alone, up to the first blank one (web/api.go). */
function errorLines({ contentType, text }: Answer): readonly string[] {
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith("charset="));
  const isShown = type.trim() === "text/plain" && [undefined, "charset=utf-8", "charset=us-ascii"].includes(charset);
  if (!isShown) return [];
  const lines = text.split("\n");
  const blank = lines.findIndex((line) => line.trim() === "");
  return lines.slice(0, blank < 0 ? 4 : Math.min(blank, 4)).map(shorten);
}

async function probeDirect({ path, download }: ModuleRoute, { ask, netrc }: ProbeTools): Promise<Finding> {
  const insecure = download.direct?.insecure !== undefined;
  const url = new URL(`https://${path}?go-get=1`);
  const answer = await ask(url, { insecure, headers: netrcHeaders(url, netrc) }).catch((error: unknown) => {
    if (!insecure) throw error;
    return ask(new URL(`http://${path}?go-get=1`));
  });
  const { status, milliseconds } = answer;
  const found = goImports(answer.text).map((each) => shorten(`names its repository: ${each}`));
  const lines =
    found.length > 0 ? found : ["names no repository to the world; git may still find it with your credentials"];
  return { asked: "?go-get=1", outcome: "unknown", status, milliseconds, lines };
}

/** The contents of go-import meta tags, for showing alone: what they mean is decided elsewhere. */
function goImports(html: string): readonly string[] {
  const tags = html.match(/<meta\b[^>]{0,2000}>/gi) ?? [];
  return tags.flatMap((tag) => {
    if (!/\bname\s*=\s*["']?go-import\b/i.test(tag)) return [];
    const [, content] = /\bcontent\s*=\s*["']([^"']*)["']/i.exec(tag) ?? [];
    return content === undefined ? [] : [content];
  });
}

/** One line for a terminal: what a server wrote must not move the cursor, fill the screen or show a secret. */
function shorten(line: string): string {
  const plain = redactSecrets(line.slice(0, 2000))
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, " ")
    .trim();
  return plain.length > 200 ? `${plain.slice(0, 199)}…` : plain;
}
