import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { parityDocument } from "../../scripts/gomodParity.ts";
import { moduleSource } from "../oracle/oracle.ts";

it("has a place, or a reason, for every function of golang.org/x/mod, and docs/gomod/parity.md says it", async (context) => {
  const source = await moduleSource(context);
  const written = await readFile(new URL("../../docs/gomod/parity.md", import.meta.url), "utf8");
  expect(written, "stale: run node scripts/gomodParity.ts").toBe(parityDocument(source));
});
