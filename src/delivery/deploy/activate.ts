// Moving users to a release on one host, the same way for a deploy and for the way back. Both functions may be called
// again after a crash at any of their lines.
import { setTimeout as sleep } from "node:timers/promises";
import { removeContainer, runContainer, startContainer, stopContainer } from "../hosts/containers.ts";
import { otherSlot, proxyConfig, structure, type Traffic } from "../proxy/haproxyConfig.ts";
import { awaitLoaded, moveTraffic, sessionsOf } from "../proxy/haproxyRuntime.ts";
import { ensureProxy, stopProxy } from "../proxy/proxyProcess.ts";
import { findRelease } from "../release/record.ts";
import type { ReleaseSpec } from "../release/release.ts";
import type { HostSession } from "./hostSession.ts";

/** Where the traffic goes once it is at `port`: a server that has the port already, else the idle one. */
function trafficTo(port: number, now: Traffic | undefined): Traffic {
  if (now === undefined) return { active: "a", ports: { a: port, b: undefined } };
  if (now.ports[now.active] === port) return now;
  const active = otherSlot(now.active);
  return { active, ports: { ...now.ports, [active]: port } };
}

/**
 * Leads the proxy to the container at `port`, which runs and is healthy. The file first: should we die between the two, a
 * restarted haproxy goes to the new container, a living one stays with the old, and both serve.
 */
export async function routeTo(session: HostSession, spec: ReleaseSpec, port: number): Promise<void> {
  const { host, place, site } = session;
  await stopRecreated(session, spec);
  const traffic = trafficTo(port, session.traffic);
  const settings = session.proxySettings(spec);
  const config = proxyConfig(settings, traffic);
  await ensureProxy({ host, place, token: site.token, config, structure: structure(settings) });
  await awaitLoaded(host, settings.socket, structure(settings));
  await moveTraffic(host, settings.socket, traffic.active, port);
  await session.refresh();
}

/** A container that holds the public port itself (the environment was `recreate` before) makes room for the proxy. */
async function stopRecreated(session: HostSession, spec: ReleaseSpec): Promise<void> {
  for (const { release, status } of session.state.containers) {
    const old = findRelease(session.record, release)?.spec;
    if (release === spec.release || status !== "running" || old?.strategy !== "recreate") continue;
    await stopContainer(session.site, release, old.drain);
  }
}

/**
 * `recreate`: stops what runs, then runs the release's container on the public port. `fresh` makes it anew; else a stopped
 * one is started again. Resolves to the public port.
 */
export async function replaceBy(session: HostSession, spec: ReleaseSpec, fresh: boolean): Promise<number> {
  const { site, host, place } = session;
  const { containers, proxy } = await session.refresh();
  for (const { release, status } of containers) {
    if (release === spec.release || (status !== "running" && status !== "restarting")) continue;
    await stopContainer(site, release, spec.drain);
  }
  if (proxy.config !== "") await stopProxy(host, place, site.token);
  const own = session.container(spec.release);
  if (own !== undefined && own.status !== "running") {
    if (fresh || own.status !== "exited") await removeContainer(site, spec.release);
    else await startContainer(site, spec.release);
  }
  return runContainer(site, spec);
}

/** Waits until the proxy's idle server answers nobody any more, `drain` milliseconds at most. */
export async function awaitDrained(session: HostSession, drain: number): Promise<void> {
  const { traffic, host, state } = session;
  if (traffic === undefined) return;
  const end = performance.now() + drain;
  const idle = otherSlot(traffic.active);
  while ((await sessionsOf(host, state.proxy.socket, idle)) > 0 && performance.now() < end) await sleep(200);
}
