import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../storage/database.ts";
import {
  answerApproval,
  awaitApproval,
  findApproval,
  openApprovals,
  openRequests,
  requestApproval,
} from "./approvals.ts";
import { approvalLink, readLink } from "./link.ts";
import { approvalPage } from "./page.ts";

const key = "a key that nobody guesses";
const start = Date.UTC(2026, 10, 21, 9, 0);
const expires = start + 3_600_000;
const asked = { service: "shop", environment: "production", what: "shop 4f1c2d9 <v1>", by: "ann", expires };
const never = new AbortController().signal;

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-test-approve-"));
  database = await openApprovals(join(folder, "data"));
});
afterAll(async () => {
  await database.destroy();
  await rm(folder, { recursive: true });
});

const clock = (now: number) => ({ now: () => now, sleep: async () => {} });

describe("requests", () => {
  test("the first answer counts; it is seen by another connection, as after a restart", async () => {
    const id = await requestApproval(database, asked, start);
    expect((await openRequests(database, start)).map((each) => each.id)).toContain(id);
    const other = await openApprovals(join(folder, "data"));
    const waiting = awaitApproval(other, id, never, {
      now: () => start,
      sleep: async () => void (await answerApproval(database, id, "approved", "bob", start + 5)),
    });
    expect(await waiting).toEqual({ answer: "approved", by: "bob", at: start + 5 });
    expect(await answerApproval(other, id, "denied", "eve", start + 6)).toBe("answered");
    expect(await findApproval(other, id)).toMatchObject({ answer: "approved", answeredBy: "bob", what: asked.what });
    expect((await openRequests(database, start)).map((each) => each.id)).not.toContain(id);
    await other.destroy();
  });

  test("expired: no answer is taken, and who waits is told", async () => {
    const id = await requestApproval(database, asked, start);
    expect(await answerApproval(database, id, "approved", "bob", expires)).toBe("expired");
    expect(await awaitApproval(database, id, never, clock(expires))).toEqual({ answer: "expired" });
    const early = await requestApproval(database, asked, start);
    await answerApproval(database, early, "approved", "bob", start);
    expect(await awaitApproval(database, early, never, clock(expires))).toEqual({ answer: "expired" });
    expect(await answerApproval(database, "nonesuch", "approved", "bob", start)).toBe("unknown");
  });

  test("asked again with the same key: one request, its answer kept", async () => {
    const id = await requestApproval(database, { ...asked, key: "deploy-7" }, start);
    await answerApproval(database, id, "denied", "bob", start);
    expect(await requestApproval(database, { ...asked, key: "deploy-7", expires: expires + 1 }, start + 9)).toBe(id);
    expect(await awaitApproval(database, id, never, clock(start))).toMatchObject({ answer: "denied" });
    expect(await requestApproval(database, { ...asked, key: "deploy-8" }, start)).not.toBe(id);
  });

  test("waiting ends with the signal", async () => {
    const id = await requestApproval(database, asked, start);
    await expect(awaitApproval(database, id, AbortSignal.abort(new Error("Ctrl-C")), clock(start))).rejects.toThrow(
      "Ctrl-C",
    );
  });

  test("of many answers at the same moment one counts", async () => {
    const id = await requestApproval(database, asked, start);
    const other = await openApprovals(join(folder, "data"));
    const answers = await Promise.all(
      [database, other, database, other].map((each, index) =>
        answerApproval(each, id, index % 2 === 0 ? "approved" : "denied", String(index), start),
      ),
    );
    expect(answers.filter((each) => each === "accepted")).toHaveLength(1);
    await other.destroy();
  });
});

describe("links", () => {
  const link = new URL(approvalLink("https://fairlead.corp.example/", key, { id: "abcd2345", expires }));
  const target = link.pathname + link.search;

  test("read what was signed, and nothing else", () => {
    expect(link.origin + link.pathname).toBe("https://fairlead.corp.example/approve/abcd2345");
    expect(readLink(target, key)).toEqual({ id: "abcd2345", expires });
    const forged = [
      target.replace("abcd2345", "abcd2346"),
      target.replace(String(expires), String(expires + 1)),
      target.slice(0, -1),
      `${target}x`,
      `${target}&expires=1`,
      target.replace(/signature=.*/, `signature=${"A".repeat(43)}`),
      target.replace(/signature=.*/, "signature="),
      "/approve/abcd2345",
      "/approve/",
    ];
    for (const each of forged) expect(readLink(each, key), each).toBeUndefined();
    expect(readLink(target, `${key}!`)).toBeUndefined();
  });
});

describe("the page", () => {
  const ask = async (id: string, method: string, body = "", now = start): ReturnType<typeof approvalPage> => {
    const link = new URL(approvalLink("http://x", key, { id, expires }));
    return approvalPage(database, key, { method, target: link.pathname + link.search, body }, now);
  };

  test("a GET shows and answers nothing, however often; the POST answers once", async () => {
    const id = await requestApproval(database, asked, start);
    for (const method of ["GET", "HEAD", "GET"]) {
      const shown = await ask(id, method);
      expect(shown.status).toBe(200);
      expect(shown.body).toContain("Deploy shop to production?");
      expect(shown.body).toContain("shop 4f1c2d9 &lt;v1&gt;");
      expect(shown.headers["cache-control"]).toBe("no-store");
    }
    expect((await findApproval(database, id))?.answer).toBeUndefined();
    expect((await ask(id, "POST", "name=Bob")).status).toBe(400);
    const done = await ask(id, "POST", "answer=approved&name=Bob+%3Cb%3E%07");
    expect(done.status).toBe(200);
    expect(done.body).toContain("<strong>Approved</strong> by Bob &lt;b&gt;, by link");
    expect((await ask(id, "POST", "answer=denied")).status).toBe(409);
    expect((await ask(id, "GET")).body).not.toContain("<form");
    expect(await findApproval(database, id)).toMatchObject({ answer: "approved", answeredBy: "Bob <b>, by link" });
  });

  test("expired and unknown requests", async () => {
    const id = await requestApproval(database, asked, start);
    expect((await ask(id, "GET", "", expires)).status).toBe(410);
    expect((await ask(id, "POST", "answer=approved", expires)).status).toBe(410);
    // The link of a deployer that was started again outlives the request, and no more.
    const later = new URL(approvalLink("http://x", key, { id, expires: expires + 1000 }));
    const late = { method: "POST", target: later.pathname + later.search, body: "answer=approved" };
    expect((await approvalPage(database, key, late, expires)).status).toBe(409);
    expect((await approvalPage(database, key, { ...late, method: "GET" }, expires)).body).toContain("has expired");
    expect((await approvalPage(database, key, late, expires - 1)).status).toBe(200);
    expect((await ask("abcdefgh", "GET")).status).toBe(410);
    const forged = { method: "GET", target: `/approve/${id}?expires=${expires}&signature=${"A".repeat(43)}`, body: "" };
    expect((await approvalPage(database, key, forged, start)).status).toBe(404);
  });
});
