// A registry that does all that a registry may not: each pull ends with an error of ours or an image, and leaves nothing behind.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openImage } from "../../src/image/source/openImage.ts";
import { digestOf } from "../../src/image/source/config.ts";
import { ending, isLong, runs } from "./hostileParts.ts";
import { layoutFiles, type Spoil } from "./memoryImage.ts";
import { spoiling } from "./spoiledJson.ts";
import { tarFile } from "./tarFile.ts";

/** What is done to an answer that would be right. */
type Trick =
  | { readonly do: "nothing" | "endless" | "reset" | "trailing" | "packed" | "no-http" | "circle" | "all-again" }
  | { readonly do: "status"; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  /** The body ends there, or the length says so. */
  | { readonly do: "cut" | "length" | "change"; readonly at: number }
  | { readonly do: "redirect"; readonly location: string };

interface Registry {
  readonly manifest: Trick;
  readonly config: Trick;
  readonly layer: Trick;
  readonly spoil: Spoil;
}

const tar = tarFile([{ name: "app", content: "#!/bin/none\n".repeat(5000) }]);
const image = { layers: [{ packed: gzipSync(tar, { level: 0 }), tar }] };
const registries: Registry[] = [];
let server: Server;
let host = "";
let open = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    open++;
    response.on("close", () => open--);
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  host = typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : "";
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const [, , nth = "", kind = "", asked = ""] = (request.url ?? "").split("/");
  const registry = registries[Number(nth.slice(1))];
  if (registry === undefined) return void response.writeHead(404).end();
  const files = layoutFiles(image, registry.spoil);
  if (kind === "manifests") {
    const index = files.get("index.json") ?? Buffer.alloc(0);
    const bytes = asked === "v1" ? index : files.get(`blobs/${asked.replace(":", "/")}`);
    const type = `application/vnd.oci.image.${asked === "v1" ? "index" : "manifest"}.v1+json`;
    return play(registry.manifest, bytes, { "content-type": type }, request, response);
  }
  const bytes = files.get(`blobs/${asked.replace(":", "/")}`);
  const trick = bytes?.[0] === 0x7b ? registry.config : registry.layer;
  play(trick, bytes, {}, request, response);
}

function play(
  trick: Trick,
  whole: Buffer | undefined,
  headers: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (whole === undefined) return void response.writeHead(404).end();
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const bytes = whole.subarray(start);
  const status = start > 0 ? 206 : 200;
  switch (trick.do) {
    case "nothing":
      return void response.writeHead(status, headers).end(bytes);
    case "status":
      return void response.writeHead(trick.status, { ...headers, ...trick.headers }).end(bytes);
    case "endless": {
      response.writeHead(status, headers);
      const more = (): void => {
        while (!response.destroyed && response.write(bytes));
      };
      response.on("drain", more);
      return more();
    }
    case "reset":
      return void request.socket.destroy();
    case "trailing":
      return void response.writeHead(status, headers).end(Buffer.concat([bytes, Buffer.from("more")]));
    case "packed":
      return void response.writeHead(status, { ...headers, "content-encoding": "gzip" }).end(bytes);
    case "no-http":
      return void request.socket.end("SSH-2.0-OpenSSH_9.2\r\n");
    case "circle":
      return void response.writeHead(307, { location: request.url ?? "" }).end();
    case "all-again":
      // The beginning although a later part was asked for, and never to the end.
      response.writeHead(status, headers).write(whole.subarray(0, 1000), () => request.socket.destroy());
      return undefined;
    case "cut":
      response.writeHead(status, { ...headers, "content-length": bytes.length });
      return void response.write(bytes.subarray(0, trick.at % (bytes.length + 1)), () => request.socket.destroy());
    case "length":
      response.writeHead(status, { ...headers, "content-length": Math.min(trick.at, bytes.length) });
      return void response.end(bytes.subarray(0, trick.at));
    case "change": {
      const changed = Buffer.from(bytes);
      const at = trick.at % changed.length;
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      return void response.writeHead(status, headers).end(changed);
    }
    case "redirect":
      return void response.writeHead(307, { location: trick.location }).end();
  }
}

const pull = async (registry: Partial<Registry>): Promise<string> => {
  const right: Trick = { do: "nothing" };
  const nth = registries.push({ manifest: right, config: right, layer: right, spoil: {}, ...registry }) - 1;
  const end = await ending(() =>
    openImage(`docker://${host}/r${nth}:v1`, {
      platform: { os: "linux", architecture: "amd64", variant: undefined },
      registry: () => ({ login: async () => ({ username: "ci", password: "secret" }) }),
      env: {},
    }),
  );
  return end.includes("\n") ? "read" : end;
};

/** Nothing is read on once the pull has ended: an answer without end would keep the program from ending, too. */
const nothingIsOpen = (): Promise<void> => expect.poll(() => open, { timeout: 10_000 }).toBe(0);

test("what each trick ends in", async () => {
  const ends = async (trick: Trick): Promise<readonly string[]> => [
    await pull({ manifest: trick }),
    await pull({ config: trick }),
    await pull({ layer: trick }),
  ];
  expect(await ends({ do: "nothing" })).toEqual(["read", "read", "read"]);
  expect(await ends({ do: "endless" })).toEqual(["too-large", "too-large", "bad-answer"]);
  expect(await ends({ do: "reset" })).toEqual(["unreachable", "unreachable", "unreachable"]);
  expect(await ends({ do: "no-http" })).toEqual(["unreachable", "unreachable", "unreachable"]);
  expect(await ends({ do: "circle" })).toEqual(["bad-answer", "bad-answer", "bad-answer"]);
  expect(await ends({ do: "all-again" })).toEqual([
    "unreachable",
    "unreachable",
    expect.stringMatching(/unreachable|bad-/),
  ]);
  expect(await ends({ do: "packed" })).toEqual([
    "unreachable",
    "unreachable",
    expect.stringMatching(/bad-|unreachable/),
  ]);
  expect(await ends({ do: "change", at: 20 })).toEqual(["bad-image", "digest-mismatch", "bad-archive"]);
  for (const location of ["data:application/json,{}", "file:///etc/passwd", "http://", "//[", "ftp://127.0.0.1/", ""])
    expect(await ends({ do: "redirect", location }), location).toEqual([
      expect.stringMatching(/bad-answer|unreachable/),
      expect.stringMatching(/bad-answer|unreachable/),
      expect.stringMatching(/bad-answer|unreachable/),
    ]);
  await nothingIsOpen();
});

const trick: fc.Arbitrary<Trick> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Trick>({ do: "nothing" }) },
  fc.record({
    do: fc.constantFrom("endless", "reset", "trailing", "packed", "no-http", "circle", "all-again"),
  }),
  fc.record({
    do: fc.constant("status"),
    status: fc.constantFrom(200, 201, 204, 206, 301, 304, 307, 400, 401, 403, 404, 416, 429, 500, 503),
    headers: fc.constantFrom(
      {},
      { "content-type": "text/html" },
      { "docker-content-digest": digestOf(tar) },
      { "www-authenticate": 'Basic realm="x"' },
      { "www-authenticate": 'Bearer realm="/token",scope="\\"' },
      { "www-authenticate": 'Bearer realm="http://127.0.0.1:1/"' },
      { location: "http://127.0.0.1:1/" },
    ),
  }),
  fc.record({ do: fc.constantFrom("cut", "length", "change"), at: fc.nat(70_000) }),
);

test("tricks upon tricks, with documents that are spoiled", async () => {
  const spoil = fc.oneof(
    { weight: 2, arbitrary: fc.constant<Spoil>({}) },
    fc.record({ manifest: spoiling }),
    fc.record({ index: spoiling }),
  );
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.record({ manifest: trick, config: trick, layer: trick, spoil }), async (registry) => {
      ends.add(await pull(registry));
    }),
    runs(150),
  );
  expect([...ends]).toEqual(expect.arrayContaining(["read", "unreachable", "bad-answer", "bad-image"]));
  await nothingIsOpen();
});

/** A byte now and then keeps nobody waiting for years. Waits as long as a request may. */
const trickling = (): void =>
  test("a layer that comes by the byte", async () => {
    const trickle = createServer((request, response) => {
      const nth =
        registries.push({
          manifest: { do: "nothing" },
          config: { do: "nothing" },
          layer: { do: "nothing" },
          spoil: {},
        }) - 1;
      request.url = (request.url ?? "").replace("/slow/", `/r${nth}/`);
      const isLayer = request.url.includes("/blobs/") && request.url.includes(digestOf(image.layers[0]?.packed ?? tar));
      if (!isLayer) return answer(request, response);
      response.writeHead(request.headers.range === undefined ? 200 : 206);
      const timer = setInterval(() => response.write("x"), 100);
      response.on("close", () => clearInterval(timer));
    }).listen(0, "127.0.0.1");
    await once(trickle, "listening");
    const address = trickle.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const end = await ending(() =>
      openImage(`docker://127.0.0.1:${port}/slow:v1`, {
        platform: { os: "linux", architecture: "amd64", variant: undefined },
        registry: () => ({ login: async () => undefined }),
        env: {},
      }),
    );
    expect(end).toMatch(/unreachable|bad-archive/);
    trickle.closeAllConnections();
    trickle.close();
  });
if (isLong) trickling();
