// The tests' own hosts, engines and registries: what stands in for a server must behave like one, and leave nothing.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { command } from "./command.ts";
import { ContainerHost } from "./containerHost.ts";
import { DockerEngine } from "./dockerEngine.ts";
import { goEnv, machineGo } from "./goTools.ts";
import { imageNeeds, loadGolang } from "./images.ts";
import { Lan } from "./lan.ts";
import { Registry } from "./registry.ts";
import { requireAll } from "./require.ts";
import { SshClient } from "./sshClient.ts";
import { TempDir } from "./tempDir.ts";

test("two hosts: own address, engine, files and host key; they survive a crash and leave nothing", async ({ skip }) => {
  requireAll(skip, ...ContainerHost.needs, ...Registry.needs);
  let bridge = "";
  {
    await using lan = await Lan.start();
    bridge = lan.bridge;
    await using client = await SshClient.create();
    const user = { name: "ci", password: "pass: word$1" };
    await using registry = await Registry.start({ lan, user });
    await using web1 = await ContainerHost.start({ lan, name: "web1", authorizedKey: client.publicKey });
    await using web2 = await ContainerHost.start({ lan, name: "web2", authorizedKey: client.publicKey });
    await client.know(web1, web2);

    expect(await client.ssh(web1, "hostname && docker ps --quiet && touch /etc/only-here /root/kept")).toMatchObject({
      exitCode: 0,
      stdout: "web1\n",
    });
    expect((await client.ssh(web2, "ls /etc/only-here")).exitCode).toBe(2);
    expect(existsSync("/etc/only-here")).toBe(false);

    const login = ["docker", "login", "--username", user.name, "--password-stdin", registry.host];
    expect((await web1.try(login, { input: "wrong" })).exitCode).toBe(1);
    expect((await web1.try(login, { input: user.password })).exitCode).toBe(0);

    await web1.crash();
    expect((await client.ssh(web1, "true")).exitCode).toBe(255);
    await web1.boot();
    expect((await client.ssh(web1, "ls /root")).stdout).toBe("kept\n");

    await web2.changeHostKey();
    expect((await client.ssh(web2, "true")).stderr).toContain("REMOTE HOST IDENTIFICATION HAS CHANGED");

    await web2.fillDisk();
    expect((await web2.try(["cp", "/etc/passwd", "/tmp/x"])).stderr).toContain("No space left");
  }
  expect(await command(["ip", "link"])).not.toContain(bridge);
  expect(await command(["mount"])).not.toContain("fairlead-test-web");
});

test("a local engine builds from the golang image, without pulling anything", async ({ skip }) => {
  requireAll(skip, ...DockerEngine.needs, ...imageNeeds);
  if (machineGo() === undefined) skip("the go command is not installed");
  await using engine = await DockerEngine.start();
  await loadGolang(engine);
  await using context = await TempDir.create("context");
  const dockerfile = [
    `FROM golang:${goEnv("GOVERSION").slice(2)} AS build`,
    "RUN go version > /version && cc -E -x c /dev/null > /dev/null && git --version",
    "FROM scratch",
    "COPY --from=build /version /version",
  ];
  await writeFile(context.join("Dockerfile"), dockerfile.join("\n"));
  await engine.docker(["build", "--tag", "app", context.path]);
  await engine.docker(["create", "--name", "app", "app", "none"]);
  await engine.docker(["cp", "app:/version", context.join("version")]);
  expect(await readFile(context.join("version"), "utf8")).toContain(goEnv("GOVERSION"));
});
