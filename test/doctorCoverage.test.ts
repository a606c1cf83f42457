/**
 * Coverage reports outlive a move: made by the real tools before it, refused or wrong after it, and as good as new once the doctor
 * has mended them by git's history.
 */
import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tryCommand, type CommandRun } from "./harness/command.ts";
import { GitRepository } from "./harness/gitRepository.ts";
import { GoSandbox } from "./harness/goSandbox.ts";
import { machineGo } from "./harness/goTools.ts";
import { TempDir } from "./harness/tempDir.ts";

const launcher = resolve(import.meta.dirname, "../bin/fairlead");
const isLong = process.env["FAIRLEAD_LONG"] === "1";
const scope = new AsyncDisposableStack();
afterAll(() => scope.disposeAsync());

function doctor(folder: string, ...args: readonly string[]): Promise<CommandRun> {
  return tryCommand([launcher, "doctor", folder, ...args], { env: { ...process.env, NO_COLOR: "1" } });
}

async function move(folder: string, from: string, to: string): Promise<void> {
  await mkdir(dirname(`${folder}/${to}`), { recursive: true });
  await rename(`${folder}/${from}`, `${folder}/${to}`);
}

const cart = `package cart

// Total is what is to be paid.
func Total(prices []int) int {
	total := 0
	for _, price := range prices {
		total += price
	}
	if total < 0 {
		return 0
	}
	return total
}
`;

/** What `go test -coverpkg=./... -coverprofile` of Go 1.26 writes of the project below. */
const profile = `mode: set
example.com/store/cart.go:4.30,6.31 2 1
example.com/store/cart.go:6.31,8.3 1 1
example.com/store/cart.go:9.2,9.15 1 1
example.com/store/cart.go:9.15,11.3 1 0
example.com/store/cart.go:12.2,12.14 1 1
example.com/store/ship/ship.go:5.18,5.43 1 0
`;

const filesOf = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/^(.+):\d+\.\d+,/gm)].map(([, file = ""]) => file))].toSorted();

test("a Go cover profile, once the module has another path and its files lie elsewhere", async ({ skip }) => {
  const go = machineGo() ?? skip("go is not on PATH");
  const sandbox = scope.use(await GoSandbox.create({ go, proxy: "off", env: { GOFLAGS: "", GOSUMDB: "off" } }));
  const dir = scope.use(await TempDir.create("coverage"));
  const repository = await GitRepository.create(dir.join("repo"), "example.com/store");
  const { path } = repository;
  await repository.commit(
    {
      "cart.go": cart.replace("package cart", "package lib"),
      "cart_test.go":
        'package lib\n\nimport "testing"\n\nfunc TestTotal(t *testing.T) {\n\tif Total([]int{1, 2}) != 3 {\n\t\tt.Fatal()\n\t}\n}\n',
      "ship/ship.go": 'package ship\n\nimport "example.com/store"\n\nfunc Costs() int { return lib.Total(nil) }\n',
    },
    "Cart",
  );
  // Testing compiles a good part of the standard library: an ordinary run takes what it wrote then.
  if (isLong) {
    const tested = await sandbox.run(["test", "-coverpkg=./...", "-coverprofile=cover.out", "./..."], path);
    expect(tested, tested.stderr).toMatchObject({ exitCode: 0 });
    expect(filesOf(await readFile(`${path}/cover.out`, "utf8"))).toEqual(filesOf(profile));
  } else await writeFile(`${path}/cover.out`, profile);
  const before = await sandbox.run(["tool", "cover", "-func=cover.out"], path);
  expect(before, before.stderr).toMatchObject({ exitCode: 0 });

  // First the folders, then the module, then a folder again, which nobody has committed yet.
  await move(path, "cart.go", "pkg/cart/cart.go");
  await move(path, "cart_test.go", "pkg/cart/cart_test.go");
  await repository.commit({ ".gitignore": "cover.out\n" }, "Folders");
  await writeFile(`${path}/go.mod`, "module example.com/shop/v2\n\ngo 1.18\n");
  await move(path, "pkg/cart/cart.go", "pkg/basket/cart.go");
  await repository.commit(
    { "ship/ship.go": 'package ship\n\nimport "example.com/shop/v2"\n\nfunc Costs() int { return lib.Total(nil) }\n' },
    "Module",
  );
  await repository.git("mv", "ship", "delivery");
  expect(await sandbox.run(["tool", "cover", "-func=cover.out"], path)).toMatchObject({ exitCode: 2 });

  const found = await doctor(path, "--rule", "coverage/other-module");
  expect(found).toMatchObject({ exitCode: 1 });
  expect(found.stdout).toContain("example.com/store/cart.go → example.com/shop/v2/pkg/basket/cart.go");
  const mended = await doctor(path, "--rule", "coverage/other-module", "--fix");
  expect(mended, mended.stderr).toMatchObject({ exitCode: 0 });
  const after = await sandbox.run(["tool", "cover", "-func=cover.out"], path);
  expect(after, after.stderr).toMatchObject({ exitCode: 0 });
  const functions = (text: string): readonly string[] =>
    text
      .split("\n")
      .map((line) => line.replace(/^\S+\/(\w+\.go:)/, "$1").replaceAll(/\s+/g, " "))
      .toSorted();
  expect(functions(after.stdout)).toEqual(functions(before.stdout));
  expect(after.stdout).toContain("example.com/shop/v2/delivery/ship.go");
  expect(await doctor(path, "--rule", "coverage/other-module", "coverage/path-not-in-tree")).toMatchObject({
    exitCode: 0,
  });
});

test("a tracefile of Node's, after a move, and from another machine's folder", async () => {
  const dir = scope.use(await TempDir.create("coverage"));
  const repository = await GitRepository.create(dir.join("repo"), "example.com/web");
  const { path } = repository;
  const source =
    "export function total(prices) {\n  let sum = 0;\n  for (const price of prices) sum += price;\n  return sum;\n}\n";
  await repository.commit(
    {
      "package.json": '{ "name": "web", "type": "module" }\n',
      "src/cart.js": source,
      "src/cart.test.js":
        'import { test } from "node:test";\nimport { total } from "./cart.js";\ntest("total", () => total([1, 2]));\n',
    },
    "Cart",
  );
  const options = [
    "--test",
    "--experimental-test-coverage",
    "--test-reporter=lcov",
    "--test-reporter-destination=lcov.info",
  ];
  const tested = await tryCommand([process.execPath, ...options], { cwd: path, env: { PATH: process.env["PATH"] } });
  expect(tested, tested.stderr).toMatchObject({ exitCode: 0 });
  const tracefile = await readFile(`${path}/lcov.info`, "utf8");
  expect(tracefile).toContain("SF:src/cart.js\n");
  expect(await doctor(path, "--rule", "coverage/path-not-in-tree")).toMatchObject({ exitCode: 0 });

  await move(path, "src/cart.js", "lib/shop/cart.js");
  await repository.commit({ ".gitignore": "*.info\n" }, "Move");
  const mended = await doctor(path, "--rule", "coverage/path-not-in-tree", "--fix");
  expect(mended, mended.stderr).toMatchObject({ exitCode: 0 });
  const wanted = tracefile.replaceAll("SF:src/cart.js", "SF:lib/shop/cart.js");
  expect(await readFile(`${path}/lcov.info`, "utf8")).toBe(wanted);

  await writeFile(`${path}/lcov.info`, tracefile.replaceAll("SF:", "SF:/builds/team/web/"));
  const stripped = await doctor(path, "--rule", "coverage/absolute-path", "--fix");
  expect(stripped, stripped.stderr).toMatchObject({ exitCode: 0 });
  expect(await readFile(`${path}/lcov.info`, "utf8")).toBe(wanted);

  // A copy without its history: nobody knows, and nothing is guessed but on demand.
  const bare = dir.join("copy");
  await cp(path, bare, { recursive: true, filter: (from) => !from.endsWith(".git") });
  await writeFile(`${bare}/lcov.info`, tracefile);
  expect(await doctor(bare, "--rule", "coverage/path-not-in-tree", "--fix")).toMatchObject({ exitCode: 1 });
  expect(await readFile(`${bare}/lcov.info`, "utf8")).toBe(tracefile);
  await doctor(bare, "--rule", "coverage/path-not-in-tree", "--fix", "--unsafe");
  expect(await readFile(`${bare}/lcov.info`, "utf8")).toBe(wanted);
});
