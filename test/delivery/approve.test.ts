// Approvals as people and scripts use them: the command, and the link that `fairlead up` answers, while somebody waits.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { awaitApproval, openApprovals, requestApproval } from "../../src/delivery/approve/approvals.ts";
import { approvalLink } from "../../src/delivery/approve/link.ts";
import { systemClock } from "../../src/delivery/verify/verify.ts";
import { tryCommand, type CommandRun } from "../harness/command.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { TempDir } from "../harness/tempDir.ts";

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");
const key = "tests-key-that-nobody-guesses";
const asked = { service: "shop", environment: "production", what: "shop 4f1c2d9", by: "ann" };

test("by command: listed, answered once, seen by who waits in another process", async () => {
  await using folder = await TempDir.create("approve");
  const data = folder.join("data");
  const fairlead = (...args: string[]): Promise<CommandRun> =>
    tryCommand([launcher, "approve", "--data", data, ...args], { cwd: folder.path });
  expect(await fairlead()).toMatchObject({ exitCode: 0, stdout: "Nothing waits for an answer.\n" });

  const database = await openApprovals(data);
  const expires = Date.now() + 60_000;
  const id = await requestApproval(database, { ...asked, expires });
  const waiting = awaitApproval(database, id, AbortSignal.timeout(60_000), systemClock);
  expect((await fairlead()).stdout).toContain(`${id}  production: shop 4f1c2d9, asked by ann, until `);
  expect(await fairlead(id, "--as", "Bob")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("approved: "),
  });
  expect(await waiting).toMatchObject({ answer: "approved", by: "Bob" });
  expect(await fairlead(id, "--deny")).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("was approved before, by Bob"),
  });
  expect(await fairlead("zzzzzzzz")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("there is no request"),
  });

  const late = await requestApproval(database, { ...asked, expires: Date.now() - 1 });
  expect((await fairlead(late)).exitCode).toBe(1);
  const denied = await requestApproval(database, { ...asked, expires });
  expect(JSON.parse((await fairlead(denied, "--deny", "--json")).stdout)).toMatchObject({
    schemaVersion: 1,
    id: denied,
    answer: "denied",
  });
  await database.destroy();
});

test("by link: fairlead up shows on GET and answers on POST, before and after a restart", async () => {
  await using server = await FairleadServer.start({ upstream: "off", env: { FAIRLEAD_APPROVAL_KEY: key } });
  const database = await openApprovals(server.data);
  const expires = Date.now() + 60_000;
  const id = await requestApproval(database, { ...asked, expires });
  const target = approvalLink("", key, { id, expires });
  const waiting = awaitApproval(database, id, AbortSignal.timeout(60_000), systemClock);

  for (let preview = 0; preview < 3; preview++) expect((await server.get(target)).status).toBe(200);
  await server.stop();
  await server.start();
  const shown = await server.get(target);
  expect(shown.body.toString()).toContain("Deploy shop to production?");
  expect(shown.headers["referrer-policy"]).toBe("no-referrer");

  const post = (path: string, body: string): Promise<Response> =>
    fetch(server.url + path, {
      method: "POST",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  expect(
    (
      await post(
        target.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
        "answer=approved",
      )
    ).status,
  ).toBe(404);
  expect((await post(target, `answer=approved&name=${"x".repeat(100_000)}`)).status).toBe(400);
  const answers = await Promise.all([1, 2, 3].map(() => post(target, "answer=approved&name=Bob")));
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await waiting).toMatchObject({ answer: "approved", by: "Bob, by link" });
  // The log, which is written after the answer, tells of the request and not of the signature.
  await expect.poll(() => server.log).toContain(`/approve/${id}`);
  expect(server.log).not.toContain("signature=");
  expect((await fetch(`${server.url}/example.com/x/@v/list`, { method: "POST" })).status).toBe(405);
  await database.destroy();
});

test("a waiting process that is killed and started again sees the answer given meanwhile", async () => {
  await using folder = await TempDir.create("approve");
  const data = folder.join("data");
  const script = `
    import { openApprovals, requestApproval, awaitApproval } from ${JSON.stringify(resolve(import.meta.dirname, "../../src/delivery/approve/approvals.ts"))};
    import { systemClock } from ${JSON.stringify(resolve(import.meta.dirname, "../../src/delivery/verify/verify.ts"))};
    const database = await openApprovals(${JSON.stringify(data)});
    const expires = Date.now() + 60000;
    const id = await requestApproval(database, { ...${JSON.stringify(asked)}, expires, key: "deploy-1" });
    console.log(id);
    console.log((await awaitApproval(database, id, AbortSignal.timeout(60000), systemClock)).answer);`;
  const start = () =>
    spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  const first = start();
  const [line] = await once(first.stdout.setEncoding("utf8"), "data");
  first.kill("SIGKILL");
  const id = String(line).trim();
  expect((await tryCommand([launcher, "approve", "--data", data, id])).exitCode).toBe(0);
  await sleep(10);
  let said = "";
  for await (const text of start().stdout.setEncoding("utf8")) said += String(text);
  expect(said).toBe(`${id}\napproved\n`);
});
