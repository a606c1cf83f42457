import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import type { NotifySettings } from "../../config/messageSettings.ts";
import { type DeliveryEvent, sentence, slackMessage } from "./message.ts";
import { notify } from "./notify.ts";

const event: DeliveryEvent = {
  kind: "rollback",
  service: "shop",
  environment: "production",
  what: "shop 4f1c2d9",
  by: "ann",
  at: Date.UTC(2026, 10, 21, 9, 30),
  reason: "12% errors; password=hunter2secret",
  serving: "shop 1a2b3c4",
};
const approval: DeliveryEvent = {
  ...event,
  kind: "approval",
  what: "shop <!channel> & co",
  reason: undefined,
  approval: {
    id: "abcd2345",
    link: "https://fairlead.example/approve/abcd2345?expires=1&signature=x",
    expires: event.at,
  },
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function hook(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}/hook` : "";
}

const all = ["start", "approval", "success", "failure", "rollback"] as const;
const target = (url: string, format: "json" | "slack" = "json"): NotifySettings => ({ url, format, on: all });

describe("messages", () => {
  test.each([
    [
      event,
      "shop in production was rolled back to shop 1a2b3c4: shop 4f1c2d9 failed: 12% errors; password=hunter2secret",
    ],
    [{ ...event, kind: "start" as const }, "shop 4f1c2d9 is being deployed to production by ann"],
    [{ ...event, kind: "success" as const, reason: undefined }, "shop 4f1c2d9 serves in production"],
  ])("%#", (event, expected) => expect(sentence(event)).toBe(expected));

  test("Slack: nothing in it becomes markup; link and command are there", () => {
    expect(slackMessage(approval)).toEqual({
      text: ":raised_hand: shop &lt;!channel&gt; &amp; co waits for approval to be deployed to production; asked by ann\n<https://fairlead.example/approve/abcd2345?expires=1&amp;signature=x|Look and answer> or `fairlead approve abcd2345`",
    });
  });
});

describe("delivery", () => {
  test("plain JSON, secrets masked, credentials of the address as a header", async () => {
    const bodies: string[] = [];
    const authorizations: (string | undefined)[] = [];
    const url = await hook((request, response) => {
      authorizations.push(request.headers.authorization);
      void text(request).then((body) => {
        bodies.push(body);
        return response.end("ok");
      });
    });
    const secrets = ["shop 1a2b3c4"];
    await notify([target(url.replace("//", "//me:pa%20ss@")), { ...target(url), on: ["start"] }], event, { secrets });
    expect(authorizations).toEqual([`Basic ${Buffer.from("me:pa ss").toString("base64")}`]);
    expect(bodies).toHaveLength(1);
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({
      schemaVersion: 1,
      event: "rollback",
      at: "2026-11-21T09:30:00.000Z",
      service: "shop",
      reason: "12% errors; password=***",
      serving: "***",
    });
  });

  test("tried again after a 500 or a cut connection, three times in all", async () => {
    let asked = 0;
    const url = await hook((request, response) => {
      asked++;
      if (asked === 1) request.socket.destroy();
      else response.writeHead(asked === 2 ? 503 : 200).end();
    });
    const failures: string[] = [];
    await notify([target(url)], event, { pause: 1, onFailed: (reason) => failures.push(reason) });
    expect([asked, failures]).toEqual([3, []]);
    const down = await hook((_, response) => response.writeHead(500).end());
    await notify([target(down)], event, { pause: 1, onFailed: (reason) => failures.push(reason) });
    expect(failures).toEqual([
      expect.stringMatching(/^the rollback message to 127.0.0.1:\d+ was not delivered: status 500$/),
    ]);
  });

  test("a refusal is not tried again, a redirect not followed, and the address not told", async () => {
    let asked = 0;
    const elsewhere = await hook((_, response) => {
      asked++;
      response.end();
    });
    const moved = await hook((_, response) => response.writeHead(307, { location: elsewhere }).end());
    const refused = await hook((_, response) => response.writeHead(404).end());
    const failures: string[] = [];
    await notify([target(moved), target(refused, "slack"), target("nonsense")], event, {
      pause: 1,
      onFailed: (reason) => failures.push(reason),
    });
    expect(asked).toBe(0);
    expect(failures.join("\n")).toContain("status 307 (redirects are not followed)");
    expect(failures.join("\n")).toContain("status 404");
    expect(failures.join("\n")).not.toContain("/hook");
    expect(failures).toHaveLength(3);
  });

  test("one that never answers holds nobody up", async () => {
    const url = await hook(() => {});
    const failures: string[] = [];
    await notify([target(url)], event, { within: 100, onFailed: (reason) => failures.push(reason) });
    expect(failures).toHaveLength(1);
  });
});
