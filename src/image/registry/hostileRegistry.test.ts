// A registry that answers with anything: what comes of it is an image, or an error of one of the two kinds that there are.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tarFile } from "../../../test/image/tarFile.ts";
import { ImageError } from "../imageError.ts";
import { readImage } from "../readImage.ts";
import { openImage } from "../source/openImage.ts";
import { RegistryError } from "./registryError.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";

const layer = tarFile([{ name: "app", content: "#!/sh\n" }]);
const sha256 = (data: Buffer | string): string => `sha256:${createHash("sha256").update(data).digest("hex")}`;
const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { diff_ids: [sha256(layer)] } });
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: sha256(config), size: config.length },
  layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: sha256(layer), size: layer.length }],
});

/** What the server does to an answer that would be right. */
type Trick = "honest" | "status" | "headers" | "noise" | "short" | "long" | "cut" | "moved" | "json" | "endless";
const tricks: readonly Trick[] = [
  "honest",
  "status",
  "headers",
  "noise",
  "short",
  "long",
  "cut",
  "moved",
  "json",
  "endless",
];
let plan: {
  readonly manifest: Trick;
  readonly config: Trick;
  readonly layer: Trick;
  readonly noise: Buffer;
  readonly json: string;
};

function answer(trick: Trick, body: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const type = { "content-type": "application/vnd.oci.image.manifest.v1+json" };
  switch (trick) {
    case "status":
      return void response
        .writeHead([401, 403, 404, 418, 429, 500][(plan.noise[0] ?? 0) % 6] ?? 500, {
          "www-authenticate": plan.noise.toString("hex"),
        })
        .end("no");
    case "headers":
      return void response
        .writeHead(200, { "content-type": plan.noise.toString("hex"), "docker-content-digest": "sha256:x" })
        .end(body);
    case "noise":
      return void response.writeHead(200, type).end(plan.noise);
    case "json":
      return void response.writeHead(200, type).end(plan.json);
    case "short":
      return void response.writeHead(200, type).end(body.subarray(0, body.length >> 1));
    case "long":
      return void response.writeHead(200, type).end(Buffer.concat([body, plan.noise, Buffer.from(" ")]));
    case "cut":
      response.writeHead(200, { ...type, "content-length": String(body.length) });
      response.write(body.subarray(0, body.length >> 1));
      return void setTimeout(() => response.destroy(), 5);
    case "moved":
      return void response.writeHead(307, { location: request.url ?? "/" }).end();
    case "endless": {
      response.writeHead(200, type);
      const part = Buffer.alloc(1 << 20, " ");
      const more = (): void => {
        while (!response.destroyed && response.write(part));
        if (!response.destroyed) response.once("drain", more);
      };
      return more();
    }
    default:
      return void response.writeHead(200, { ...type, "content-length": String(body.length) }).end(body);
  }
}

const server = createServer((request, response) => {
  const url = request.url ?? "";
  if (url === "/v2/") response.end("{}");
  else if (url.includes("/manifests/")) answer(plan.manifest, Buffer.from(manifest), request, response);
  else if (url.endsWith(sha256(config))) answer(plan.config, Buffer.from(config), request, response);
  else answer(plan.layer, layer, request, response);
});
beforeAll(() => new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function pull(): Promise<"read" | "refused"> {
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  try {
    await using source = await openImage(`docker://127.0.0.1:${port}/team/app:1`, {
      platform: { os: "linux", architecture: "amd64", variant: undefined },
      registry: () => ({ login: async () => undefined, insecure: true }),
      env: {},
    });
    await readImage(source);
    return "read";
  } catch (error) {
    if (error instanceof ImageError || error instanceof RegistryError) return "refused";
    throw error;
  }
}

test("honest answers are an image", async () => {
  plan = { manifest: "honest", config: "honest", layer: "honest", noise: Buffer.alloc(0), json: "" };
  expect(await pull()).toBe("read");
});

test("any answers", { timeout: isLong ? 600_000 : 120_000 }, async () => {
  const trick = fc.constantFrom(...tricks);
  await fc.assert(
    fc.asyncProperty(
      trick,
      trick,
      trick,
      fc.uint8Array({ maxLength: 300 }),
      fc.json({ maxDepth: 2 }),
      async (...parts) => {
        const [ofManifest, ofConfig, ofLayer, noise, json] = parts;
        plan = { manifest: ofManifest, config: ofConfig, layer: ofLayer, noise: Buffer.from(noise), json };
        const outcome = await pull();
        const harmless = (each: Trick): boolean => each === "honest" || each === "headers";
        if (!harmless(ofConfig) || !harmless(ofLayer)) expect(outcome).toBe("refused");
      },
    ),
    { numRuns: isLong ? 1500 : 40 },
  );
});
