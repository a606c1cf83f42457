// The services that a job's tests need, for real: PostgreSQL and Redis from Debian's packages, started by command; and
// containers, of a job and beside it.
import { cp, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { goEnv, machineGo } from "../harness/goTools.ts";
import { imageNeeds, loadDebian } from "../harness/images.ts";
import { PipelineProject, type PipelineEventLine, processesWith, runCommand } from "../harness/pipelineProject.ts";
import { requireAll } from "../harness/require.ts";
import { buildShop, loadShop } from "../harness/shop.ts";

const guestbook = resolve(import.meta.dirname, "../fixtures/guestbook");

/**
 * The tests' engines leave the machine's packet filter alone, and another engine's rules may drop what goes from container to
 * container: for the time of a test it is let through, as an engine of one's own would have it.
 */
async function betweenContainers(): Promise<AsyncDisposable> {
  const rule = ["FORWARD", "--in-interface", "br-+", "--out-interface", "br-+", "--jump", "ACCEPT"];
  const at = { cwd: "/", env: {} };
  await runCommand("iptables", ["--insert", ...rule], at);
  return { [Symbol.asyncDispose]: async () => void (await runCommand("iptables", ["--delete", ...rule], at)) };
}

function output(events: readonly PipelineEventLine[], job: string): string {
  return events
    .filter((event) => event.type === "job-output" && event.job === job)
    .map(({ text }) => String(text))
    .join("\n");
}

// PostgreSQL refuses to run as root.
const postgres = `
        postgres:
          command:
            - sh
            - -c
            - |
              PATH=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1):$PATH
              chown postgres "$DATA"
              setpriv --reuid=postgres --regid=postgres --clear-groups initdb -D "$DATA/db" --auth=trust >/dev/null
              exec setpriv --reuid=postgres --regid=postgres --clear-groups postgres -D "$DATA/db" -p "$PORT" -h "$HOST" -k "$DATA"
          ready: [pg_isready, -q, -h, "{host}", -p, "{port}", -U, postgres]`;
const redis = `
        redis:
          command: [redis-server, --port, "{port}", --bind, "{host}", --dir, "{data}", --save, ""]
          ready: [redis-cli, -h, "{host}", -p, "{port}", ping]`;

test("a Go service's integration tests, with a PostgreSQL and a Redis of their own, two jobs at once", async ({
  skip,
}) => {
  requireAll(skip, "root", "postgresql", "redis-server");
  if (machineGo() === undefined) skip("the go command is not installed");
  const integration = `
      run: ["go test -count=1 ./..."]
      services:${postgres}${redis}`;
  await using project = await PipelineProject.create({
    settings: `
pipeline:
  parallel: 2
  jobs:
    integration:${integration}
    again:${integration}
    broken:
      run: ["true"]
      services: { database: { command: [sh, -c, "echo no database today; exit 3"] } }
`,
    env: {
      MARK_OF_TEST: "services-for-real",
      GOPROXY: goEnv("GOPROXY"),
      GOFLAGS: "-mod=readonly -modcacherw",
      GOCACHE: goEnv("GOCACHE"),
      GOMODCACHE: goEnv("GOMODCACHE"),
    },
  });
  await cp(guestbook, project.path, { recursive: true });
  await project.repository.git("rm", "--quiet", "--force", "lib.go");
  await project.repository.commit({}, "The guestbook");
  const { status, events } = await project.run();
  expect(status).toBe(1);
  for (const job of ["integration", "again"]) {
    expect(output(events, job)).toContain("ok  \texample.com/guestbook");
    expect(events).toContainEqual(expect.objectContaining({ type: "job-ended", job, end: "succeeded" }));
  }
  expect(events.find((event) => event.type === "job-ended" && event.job === "broken")).toMatchObject({
    end: "failed",
    reason: "the service database ended before it was ready:\nno database today",
  });
  expect(processesWith("services-for-real")).toEqual([]);
});

test(
  "a job in a container, a service beside it, and one on the host beside a container",
  { timeout: 400_000 },
  async ({ skip }) => {
    requireAll(skip, ...imageNeeds, ...DockerEngine.needs);
    await using engine = await DockerEngine.start();
    await using _between = await betweenContainers();
    await loadDebian(engine, "example.com/builder:1");
    await loadShop(engine, "example.com/shop:1", await buildShop(), { release: "good" });
    const ask =
      'exec 3<>"/dev/tcp/$SHOP_HOST/$SHOP_PORT"; printf "GET /healthz HTTP/1.0\\r\\n\\r\\n" >&3; head -n 1 <&3';
    const shop = `{ shop: { image: "example.com/shop:1", port: 8080 } }`;
    await using project = await PipelineProject.create({
      settings: `
pipeline:
  jobs:
    inside:
      image: example.com/builder:1
      run:
        - 'test -e /.dockerenv && echo "in a container, $GREETING"'
        - 'printf "%s" "$LINES_OF_TEXT" | wc -l'
        - mkdir -p out && echo made > out/file
        - '${ask}'
      env: { GREETING: "it's $HOME", LINES_OF_TEXT: "one\\ntwo\\nthree" , TOKEN: "\${TOKEN}" }
      services: ${shop}
      artifacts: [out]
    outside: { run: ['${ask}', "cat out/file"], needs: [inside], services: ${shop} }
    slow: { image: example.com/builder:1, run: ["echo begun; sleep 300"], timeout: 3s }
`,
      env: { ...engine.env, TOKEN: "a-secret-of-the-job" },
    });
    const run = project.start();
    await run.until("job-output", "slow");
    const commandLines = await Promise.all(
      processesWith("a-secret-of-the-job").map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")),
    );
    expect(commandLines.join("\n")).not.toContain("a-secret-of-the-job");
    const { status, events } = await run.ended;
    expect(status, JSON.stringify(events)).toBe(1);
    expect(output(events, "inside")).toContain("in a container, it's $HOME");
    expect(output(events, "inside")).toMatch(/^2$/m);
    expect(output(events, "inside")).toContain("HTTP/1.0 200 OK");
    expect(output(events, "outside")).toContain("HTTP/1.0 200 OK");
    expect(await readFile(join(project.path, "out/file"), "utf8")).toBe("made\n");
    expect(events.find((event) => event.type === "job-fingerprint" && event.job === "inside")).toBeDefined();
    expect(events.find((event) => event.type === "job-ended" && event.job === "slow")).toMatchObject({
      end: "failed",
      reason: "it took more than 3s",
    });
    expect((await engine.docker(["ps", "--all", "--quiet"])).trim()).toBe("");
    expect(await engine.docker(["network", "ls", "--quiet", "--filter", "label=fairlead.job"])).toBe("");

    // The runner is killed: its containers are ended by the next run.
    const killed = project.start("--fresh", "--only", "slow");
    await killed.until("job-output", "slow");
    killed.signal("SIGKILL");
    await killed.ended;
    const { events: next } = await project.run("--only", "outside");
    expect(next.at(-1)).toMatchObject({ type: "run-ended" });
    expect((await engine.docker(["ps", "--all", "--quiet"])).trim()).toBe("");
  },
);
