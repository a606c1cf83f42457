import { execFile } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a connection must hold: docker's proxy accepts for a service that isn't there yet, and hangs up at once. */
const heldMs = 150;
const withinMs = 2000;
const pauseMs = 100;

/** Whether something answers there: the connection is accepted and stays, or something is said. */
export function portAnswers(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  const timer = setTimeout(() => finish(false), withinMs);
  const finish = (answer: boolean): void => {
    clearTimeout(timer);
    socket.destroy();
    resolve(answer);
  };
  socket.once("connect", () => {
    clearTimeout(timer);
    setTimeout(() => finish(true), heldMs);
  });
  socket.once("data", () => finish(true));
  for (const event of ["error", "end", "close"] as const) socket.once(event, () => finish(false));
  return promise;
}

/** Whether the command succeeds. */
export function succeeds(command: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<boolean> {
  const [program = "", ...args] = command;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  execFile(program, args, { env, cwd, timeout: 10_000, killSignal: "SIGKILL" }, (error) => resolve(error === null));
  return promise;
}

/** Asks again and again; resolves to whether it became true within the time, and before `given up` says true. */
export async function becomes(isSo: () => Promise<boolean>, within: number, givenUp: () => boolean): Promise<boolean> {
  const deadline = performance.now() + within;
  while (performance.now() < deadline && !givenUp()) {
    if (await isSo()) return true;
    await sleep(pauseMs);
  }
  return false;
}
