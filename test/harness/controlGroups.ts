import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = "/sys/fs/cgroup";

/** Removes the control groups named `name` (a container engine's parent group) in every hierarchy, their children first. */
export async function removeControlGroups(name: string): Promise<void> {
  // Version 1 has a hierarchy a folder, version 2 is the root itself.
  const hierarchies = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const folder of [root, ...hierarchies.map((entry) => join(root, entry.name))]) await remove(join(folder, name));
}

async function remove(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await remove(join(group, entry.name));
  // Only what is empty of processes goes; the rest is not ours to end.
  await rmdir(group).catch(() => {});
}

/**
 * Makes the group, with the weight of `processes` when the processor is short. Without this a whole build in a container
 * counts as much as any single process of the tests.
 */
export async function weighControlGroup(name: string, processes: number): Promise<void> {
  const version1 = join(root, "cpu", name);
  try {
    await mkdir(version1);
    await writeFile(join(version1, "cpu.shares"), String(1024 * processes));
  } catch {
    // Version 2 weighs groups against each other, and the tests are in one themselves.
  }
}
