import { expect, test } from "vitest";
import type { Engine } from "../../image/engine.ts";
import { engineBridge } from "./bridge.ts";

/** An engine that answers by the command's first words. */
function engine(answers: Readonly<Record<string, string>>, buildx?: string): Engine {
  const usual: Readonly<Record<string, string>> = {
    "context inspect": "unix:///var/run/docker.sock\n",
    info: '["name=seccomp,profile=default"] Debian GNU/Linux 12',
    "network inspect":
      '[{"IPAM":{"Config":[{"Subnet":"fd00::/64"},{"Subnet":"172.17.0.0/16","Gateway":"172.17.0.1"}]}}]',
    "buildx inspect": "Name: default\nDriver: docker\n",
  };
  return {
    client: "/usr/bin/docker",
    clientVersion: "28.0.0",
    serverVersion: "28.0.0",
    buildx,
    run: (args) => {
      const stdout = { ...usual, ...answers }[args.slice(0, args[0] === "info" ? 1 : 2).join(" ")];
      return Promise.resolve({ status: stdout === undefined ? 1 : 0, stdout: stdout ?? "", stderr: "" });
    },
    start: () => {
      throw new Error("nothing is built here");
    },
  };
}

test("an engine of this machine: its bridge's address and subnet", async () => {
  const bridge = { address: "172.17.0.1", subnet: "172.17.0.0/16" };
  expect(await engineBridge(engine({}))).toEqual(bridge);
  expect(await engineBridge(engine({ "buildx inspect": "Driver: docker-container\n" }, "v0.29.1"))).toEqual(bridge);
});

test.each<[string, Readonly<Record<string, string>>, string | undefined, RegExp]>([
  [
    "another machine",
    { "context inspect": "tcp://user:pw@host:2376\n" },
    undefined,
    /at tcp:\/\/\*\*\*@host:2376, not on/,
  ],
  ["over ssh", { "context inspect": "ssh://host\n" }, undefined, /at ssh:\/\/host, not on this machine/],
  ["a virtual machine", { info: "[] Docker Desktop" }, undefined, /virtual machine/],
  ["rootless", { info: '["name=rootless"] Debian' }, undefined, /network of its own/],
  ["a builder elsewhere", { "buildx inspect": "Driver: kubernetes\n" }, "v0.29.1", /driver is kubernetes/],
  ["no bridge", { "network inspect": "[]" }, undefined, /no address of this machine/],
])("%s", async (_, answers, buildx, reason) => {
  expect(await engineBridge(engine(answers, buildx))).toEqual({ reason: expect.stringMatching(reason) });
});
