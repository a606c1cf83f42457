// execve(2) without executing: what the kernel makes of a file, through `#!` lines down to the loader.

import { architectureOf } from "../elf/machine.ts";
import { lookup } from "../rootfs/lookup.ts";
import { type Container, layerText } from "./container.ts";
import { findProgram } from "./findProgram.ts";
import { notProgram } from "./notProgram.ts";
import { startElf } from "./startElf.ts";
import { envLoop, envName, scriptObstacle, splitLine } from "./startScript.ts";
import type { Obstacle } from "./verdict.ts";

/** `#!` lines may name scripts; Linux follows so many. */
const scriptDepth = 5;

/**
 * What stops `path` from starting; undefined when nothing does. `path` is as the kernel is given it, `asked` the script for
 * whose interpreter it is: errors name what was asked for.
 */
export function startProgram(
  container: Container,
  path: string,
  asked: string = path,
  depth = 0,
): Obstacle | undefined {
  const { fs, who, workingDir, config, chain } = container;
  const found = lookup(fs, path, who, workingDir);
  // Whoever calls has looked: this is there.
  if (!found.ok) return undefined;
  const { content, layer } = found.node;
  if (content?.kind === "elf" || content?.kind === "script") container.started.push(found.path);
  const links = found.links.map((link) => `${link.path} → ${link.target}`).join(", ");
  const place = found.path === path ? path : `${path} is ${found.path}`;
  const where = `${place}${links === "" ? "" : ` (${links})`}, from ${layerText(config, layer)}`;
  if (content?.kind === "elf") {
    const { elf } = content;
    const kind = elf.interpreter === undefined ? "static program" : "program";
    chain.push(`${where}: a ${kind} for ${architectureOf(elf)}`);
    return startElf(container, { path, asked, elf });
  }
  if (content?.kind !== "script") return notProgram(asked, path, content);
  chain.push(`${where}: a script, #!${content.line.replaceAll("\r", "\\r")}`);
  const line = splitLine(content.line);
  if (depth >= scriptDepth) return notProgram(asked, path, { kind: "nested" });
  const obstacle =
    scriptObstacle(container, path, asked, line) ?? startProgram(container, line.interpreter, asked, depth + 1);
  if (obstacle !== undefined) return obstacle;
  const name = envName(line);
  if (name === undefined) {
    container.notes.push(`what the script ${path} does is not followed: the commands in it may be missing`);
    return undefined;
  }
  const program = findProgram(container, name);
  if (typeof program !== "string") return undefined;
  const next = lookup(fs, program, who, workingDir);
  // A file that was a script before is one again, and leads here again.
  if (next.ok && next.node.content?.kind === "script" && container.started.includes(next.path))
    return envLoop(container, path, line.interpreter, name);
  return startProgram(container, program);
}
