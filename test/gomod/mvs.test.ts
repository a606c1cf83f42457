/**
 * Minimal version selection against cmd/go/internal/mvs: its own test's graphs and answers, and generated graphs with
 * circles, missing modules, hidden versions and requirements on the target. Equal lists, equal error texts.
 */
import { readFile } from "node:fs/promises";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import * as mvs from "../../src/gomod/mvs.ts";
import { ModuleError, type ModuleVersion } from "../../src/gomod/module.ts";
import { goEnv } from "../harness/goTools.ts";
import { type Oracle, startOracle } from "../oracle/oracle.ts";
import { caseCount, expectAgreement, sample, writeAgreements } from "./differential.ts";

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "goCommand");
});
afterAll(async () => {
  oracle?.close();
  await writeAgreements("gomod-mvs", "Minimal version selection against cmd/go/internal/mvs");
});

/** Lines such as `a@1: b@2 c@none`; versions are compared as texts. The target of a build has none. */
class TextGraph implements mvs.UpgradeReqs, mvs.DowngradeReqs {
  readonly #required = new Map<string, readonly ModuleVersion[]>();

  constructor(text: string) {
    for (const line of text.split("\n").filter((line) => line !== "")) {
      const [from = "", to = ""] = line.split(":");
      this.#required.set(show(module(from)), to.trim() === "" ? [] : to.trim().split(/ +/).map(module));
    }
  }

  required(m: ModuleVersion): readonly ModuleVersion[] | Promise<readonly ModuleVersion[]> {
    const required = this.#required.get(show(m));
    if (required === undefined) throw missing(m.version === "" ? m.path : show(m));
    // Some answers at once, some later, as a cache and a network give them.
    return required.length % 2 === 0 ? required : Promise.resolve(required);
  }

  max(_: string, v1: string, v2: string): string {
    if (v1 === "none" || v2 === "") return v2;
    if (v2 === "none" || v1 === "") return v1;
    return v1 < v2 ? v2 : v1;
  }

  upgrade({ path }: ModuleVersion): ModuleVersion {
    const version = this.#highest(path, () => true);
    if (version === undefined) throw missing(path);
    return { path, version };
  }

  previous({ path, version }: ModuleVersion): ModuleVersion {
    return { path, version: this.#highest(path, (v) => v < version) ?? "none" };
  }

  #highest(path: string, isLiked: (version: string) => boolean): string | undefined {
    return [...this.#required.keys()]
      .map(module)
      .filter((m) => m.path === path && m.version !== "" && !m.version.endsWith(".hidden") && isLiked(m.version))
      .map((m) => m.version)
      .sort()
      .at(-1);
  }
}

function missing(name: string): ModuleError {
  return new ModuleError("badRequirements", `missing module: ${name}`);
}

function module(text: string): ModuleVersion {
  const [path = "", version = ""] = text.split("@");
  return { path, version };
}

function show({ path, version }: ModuleVersion): string {
  return `${path}@${version}`;
}

const functions: Readonly<
  Record<string, (graph: TextGraph, target: ModuleVersion, rest: readonly ModuleVersion[]) => Promise<ModuleVersion[]>>
> = {
  buildList: (graph, target, rest) => mvs.buildList([target, ...rest], graph),
  upgradeAll: (graph, target) => mvs.upgradeAll(target, graph),
  upgrade: (graph, target, rest) => mvs.upgrade(target, graph, ...rest),
  downgrade: (graph, target, rest) => mvs.downgrade(target, graph, ...rest),
  req: (graph, target, rest) =>
    mvs.req(
      target,
      rest.map(({ path }) => path),
      graph,
    ),
};

const path = fc.constantFrom("a", "b", "c", "d", "e", "f");
const version = fc.constantFrom("1", "2", "3", "4", "2.hidden", "3.hidden");
const anyModule: Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(path, version).map((parts) => parts.join("@")) },
  { weight: 1, arbitrary: path.map((path) => `${path}@none`) },
  { weight: 1, arbitrary: version.map((version) => `t@${version}`) },
);
const requirements = fc.array(anyModule, { maxLength: 4, size: "max" }).map((list) => list.join(" "));

/** A graph whose target is `t@`. In some, a few modules are missing. */
const graph: Arbitrary<string> = fc
  .tuple(
    requirements,
    fc.array(fc.tuple(anyModule, requirements), { maxLength: 12, size: "max" }),
    fc.integer({ min: 0, max: 9 }),
  )
  .map(([roots, lines, missing]) => {
    const known = new Map([["t@", roots], ...lines.filter(([from]) => !from.endsWith("@none"))]);
    const named = [...known.values()].flatMap((list) => list.split(" ")).filter((m) => m !== "" && !m.endsWith("none"));
    for (const [i, m] of named.entries()) {
      if (!known.has(m) && (missing > 1 || (i + missing) % 5 !== 0)) known.set(m, "");
    }
    return [...known].map(([from, to]) => `${from}: ${to}`).join("\n");
  });

describe("generated graphs", { timeout: 900_000 }, () => {
  it.each(Object.keys(functions))("%s", async (name) => {
    const rest =
      name === "upgradeAll" || name === "buildList"
        ? fc.constant([])
        : fc.array(anyModule, { maxLength: 3, size: "max" });
    const cases = sample(fc.tuple(graph, rest), caseCount / 4).map(([text, rest]) => [text, "t@", ...rest]);
    await expectAgreement(
      oracle,
      `mvs.${name}`,
      cases,
      async (text = "", target = "", ...rest) => {
        const found = await functions[name]?.(new TextGraph(text), module(target), rest.map(module));
        return found?.map(show);
      },
      (text) => text.replace(/^mistake: .*/s, "mistake"),
    );
  });
});

describe("cmd/go/internal/mvs' own graphs", () => {
  it("give the answers that are written beside them", async () => {
    const source = await readFile(`${goEnv("GOROOT")}/src/cmd/go/internal/mvs/mvs_test.go`, "utf8");
    const text = /\nvar tests = `([^`]*)`/.exec(source)?.[1] ?? "";
    let checked = 0;
    for (const test of text.split(/^name:/m).slice(1)) {
      const lines = test
        .split("\n")
        .slice(1)
        .filter((line) => !/^\s*(?:#|$)/.test(line));
      const own = lines.map((line): [string, string] => [line.split(":")[0] ?? "", line.split(":")[1] ?? ""]);
      const graph = ownGraph(own.filter(([key]) => /^[A-Z][^ ]*$/.test(key)));
      for (const [key, answer] of own.filter(([key]) => !/^[A-Z]/.test(key))) {
        const [command = "", ...args] = key.split(/ +/);
        const [target = { path: "", version: "" }, ...rest] = args.map(ownModule);
        const expected =
          answer.trim() === ""
            ? []
            : answer
                .trim()
                .split(/ +/)
                .map((m) => show(ownModule(m)));
        const paths = args.slice(1);
        const found = await runOwn(command, graph, target, rest, paths);
        expect(found.map(show), `${key} of${test.split("\n")[0]}`).toEqual(expected);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(50);
  });
});

/** `A1` is version 1 of A, and so is `A` of its own. */
function ownModule(text: string): ModuleVersion {
  return { path: text.slice(0, 1), version: text.slice(1) };
}

function ownGraph(lines: readonly (readonly [string, string])[]): TextGraph {
  const known = new Map<string, string>();
  for (const [from, to] of lines) {
    const required =
      to.trim() === ""
        ? []
        : to
            .trim()
            .split(/ +/)
            .map((m) => show(ownModule(m)));
    known.set(show(ownModule(from)), required.join(" "));
    for (const m of required) if (!known.has(m)) known.set(m, "");
  }
  return new TextGraph([...known].map(([from, to]) => `${from}: ${to}`).join("\n"));
}

async function runOwn(
  command: string,
  graph: TextGraph,
  target: ModuleVersion,
  rest: readonly ModuleVersion[],
  paths: readonly string[],
): Promise<ModuleVersion[]> {
  switch (command) {
    case "build":
      return mvs.buildList([target], graph);
    case "upgrade*":
      return mvs.upgradeAll(target, graph);
    case "upgrade":
      return mvs.upgrade(target, graph, ...rest);
    case "upgradereq": {
      const list = await mvs.upgrade(target, graph, ...rest);
      return mvs.req(target, [], {
        required: (m) => (show(m) === show(target) ? list : graph.required(m)),
        max: (path, v1, v2) => graph.max(path, v1, v2),
      });
    }
    case "downgrade":
      // The target itself is among those to be downgraded there.
      return mvs.downgrade(target, graph, target, ...rest);
    case "req":
      return mvs.req(target, paths, graph);
    default:
      throw new Error(`unknown command ${command}`);
  }
}
