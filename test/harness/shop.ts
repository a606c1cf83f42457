import { resolve } from "node:path";
import { command } from "./command.ts";
import type { DockerEngine } from "./dockerEngine.ts";
import { loadFiles } from "./images.ts";
import { readFile } from "node:fs/promises";
import { TempDir } from "./tempDir.ts";

/** How a release of examples/shop behaves; its README says what each does. */
export type ShopRelease = "good" | "slow" | "crash" | "errors" | "unhealthy" | "never-ready";

export const shopPort = 8080;
const source = resolve(import.meta.dirname, "../../examples/shop");

/** The shop's program as this machine's Go builds it: static, for an image of nothing else. Takes a second once Go's own library is compiled. */
export async function buildShop(): Promise<Buffer> {
  await using folder = await TempDir.create("shop");
  const flags = ["-trimpath", "-ldflags", "-s -w", "-o", folder.join("shop")];
  await command(["go", "build", ...flags, "./cmd/shop"], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "" },
    timeout: 170_000,
  });
  return await readFile(folder.join("shop"));
}

/** Puts an image of the shop into an engine. `version` makes it unlike others of the same behaviour. */
export async function loadShop(
  engine: DockerEngine,
  tag: string,
  program: Buffer,
  { release, version = "1" }: { readonly release: ShopRelease; readonly version?: string },
): Promise<void> {
  await loadFiles(
    engine,
    tag,
    { shop: program },
    {
      Entrypoint: ["/shop"],
      Env: [`SHOP_RELEASE=${release}`, `SHOP_VERSION=${version}`],
      ExposedPorts: { [`${shopPort}/tcp`]: {} },
      User: "65532:65532",
    },
  );
}
