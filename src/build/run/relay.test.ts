import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { startRelay } from "./relay.ts";

async function target(): Promise<{ port: number; close: () => void }> {
  const server = createServer((request, response) => response.end(`you asked for ${request.url}`));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, close: () => server.close() };
}

test("those of the subnet reach the gateway, others are cut off before a byte is passed on", async () => {
  const { port, close } = await target();
  const to = { host: "127.0.0.1", port };
  const relay = await startRelay({ address: "127.0.0.1", subnet: "127.0.0.0/8", ports: [0], target: to });
  const answer = await fetch(`${relay?.url}/mod`);
  expect(await answer.text()).toBe("you asked for /mod");
  await relay?.close();

  const closed = await startRelay({ address: "127.0.0.1", subnet: "172.17.0.0/16", ports: [0], target: to });
  const socket = connect(Number(new URL(closed?.url ?? "").port), "127.0.0.1");
  let received = "";
  socket.on("data", (data: Buffer) => (received += data.toString()));
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(socket, "close");
  expect(received).toBe("");
  await closed?.close();
  close();
});

test("a port that is taken: the next one; none left: no relay; no such address: an error", async () => {
  const { port, close } = await target();
  const options = { address: "127.0.0.1", subnet: "127.0.0.0/8", target: { host: "127.0.0.1", port } };
  const relay = await startRelay({ ...options, ports: [port, 0] });
  expect(relay?.url).not.toBe(`http://127.0.0.1:${port}`);
  await relay?.close();
  expect(await startRelay({ ...options, ports: [port] })).toBeUndefined();
  await expect(startRelay({ ...options, address: "192.0.2.77", ports: [0] })).rejects.toMatchObject({
    code: "EADDRNOTAVAIL",
  });
  close();
});
