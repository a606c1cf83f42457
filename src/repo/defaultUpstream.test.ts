import { expect, test } from "vitest";
import { defaultUpstream, NoUpstreamError } from "./defaultUpstream.ts";
import { type GoEnvironment, resolveGoEnvironment } from "./goEnvironment.ts";

const isOwn = ({ port }: URL): boolean => port === "7300";

function environment(GOPROXY: string, byDefault: string | undefined): GoEnvironment {
  const gorootFile =
    byDefault === undefined
      ? undefined
      : {
          file: "/opt/go/go.env",
          text: `GOPROXY=${byDefault}
`,
        };
  const hasGo = gorootFile !== undefined;
  return resolveGoEnvironment({ environment: { GOPROXY }, userFile: undefined, gorootFile, builtIn: undefined, hasGo });
}

const standard = "https://proxy.example.com,direct";

test.each([
  ["", standard, 0],
  ["direct", "direct", 0],
  ["off", "off", 0],
  ["https://a.example|https://b.example,direct", "https://a.example|https://b.example,direct", 0],
  ["http://127.0.0.1:7300,https://a.example|direct", "https://a.example|direct", 1],
  ["https://a.example|http://127.0.0.1:7300,direct", "https://a.example|direct", 1],
  ["https://a.example,http://127.0.0.1:7300", "https://a.example", 1],
  ["localhost:7300,https://a.example", "https://a.example", 1],
  // Nothing of use is left: the distribution's default.
  ["http://127.0.0.1:7300", standard, 1],
  ["http://127.0.0.1:7300,direct", standard, 1],
  ["http://127.0.0.1:7300|off", standard, 1],
  // A file has no port to be ours.
  ["file:///srv/cache,direct", "file:///srv/cache,direct", 0],
])("GOPROXY=%s → %s", async (value, list, warnings) => {
  const found = await defaultUpstream(isOwn, environment(value, standard));
  expect(found.list).toBe(list);
  expect(found.warnings).toHaveLength(warnings);
});

test("what was left out is said, without its credentials", async () => {
  const { warnings } = await defaultUpstream(isOwn, environment("http://u:hunter2@127.0.0.1:7300,direct", standard));
  expect(warnings).toEqual([
    `GOPROXY names this gateway itself (http://***@127.0.0.1:7300): left out; modules come from the go command's default, ${standard}`,
  ]);
});

test.each([
  ["", undefined, "noGo", "GOPROXY is set nowhere"],
  ["http://127.0.0.1:7300,direct", undefined, "noGo", "names nothing but this gateway itself (http://127.0.0.1:7300)"],
  ["http://127.0.0.1:7300", "http://localhost:7300", "nothingLeft", "GOPROXY and its default name nothing but"],
  ["ftp://u:hunter2@a.example", standard, "invalidProxy", "ftp://***@a.example"],
  [",", standard, "invalidProxy", "contains no entries"],
])("GOPROXY=%s with default %s fails, and says what to do", async (value, byDefault, code, message) => {
  const failure = await defaultUpstream(isOwn, environment(value, byDefault)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(NoUpstreamError);
  expect(failure).toMatchObject({ code, message: expect.stringContaining(message) as unknown });
  expect(String(failure)).toContain("--upstream");
  expect(String(failure)).not.toContain("hunter2");
});
