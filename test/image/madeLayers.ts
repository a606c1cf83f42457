import { seededRandom } from "../harness/seededRandom.ts";
import type { TarMember } from "./tarFile.ts";

/** What a made-up image has at a path while its layers are being made. */
type Kind = "file" | "directory" | "symlink";

const names = ["a", "b", "c", "é", "with space", "long-".repeat(25)];
const modes = [0o644, 0o755, 0o600, 0o4755, 0o2755, 0o1777, 0o000];

/**
 * Layers that do to each other all that layers may do: files become folders and the other way round, folders are emptied
 * (opaque) and filled anew, links lead into nothing, what was removed comes back. The same seed makes the same layers.
 */
export function madeLayers(seed: number, count: number): readonly (readonly TarMember[])[] {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => {
    const picked = list[Math.floor(random() * list.length)];
    if (picked === undefined) throw new Error("there is nothing to pick from");
    return picked;
  };
  const there = new Map<string, Kind>();
  const layers: TarMember[][] = [];
  for (let layer = 0; layer < count; layer++) {
    const members = new Map<string, TarMember>();
    const gone = new Set<string>();
    // Whatever is below goes along, what this layer says of it included: nothing can be below a file.
    const remove = (path: string): void => {
      for (const list of [there, members, gone])
        for (const each of list.keys()) if (each === path || each.startsWith(`${path}/`)) list.delete(each);
    };
    const folders = (): string[] => [
      "",
      ...[...there].filter(([, kind]) => kind === "directory").map(([path]) => path),
    ];
    // Each folder on the way is said again, as builders do: what an engine makes of one that is not is its own.
    const say = (path: string): void => {
      const parts = path.split("/");
      for (let i = 1; i < parts.length; i++) {
        const folder = parts.slice(0, i).join("/");
        if (!members.has(folder)) members.set(folder, { name: folder, type: "directory", mode: 0o755 });
        there.set(folder, "directory");
      }
    };
    const steps = 4 + Math.floor(random() * 12);
    for (let step = 0; step < steps; step++) {
      const folder = pick(folders().filter((path) => path.split("/").length < 4));
      const path = folder === "" ? pick(names) : `${folder}/${pick(names)}`;
      const what = random();
      // What this layer has removed or written can't be removed in it again: a whiteout concerns the layers below.
      if (what < 0.15 && layer > 0 && there.has(path) && !members.has(path) && !isBelow(path, members)) {
        remove(path);
        gone.add(path);
        continue;
      }
      if (what < 0.2 && layer > 0 && there.get(path) === "directory" && !members.has(path) && !isBelow(path, members)) {
        remove(path);
        say(path);
        members.set(path, { name: path, type: "directory", mode: 0o755 });
        members.set(`${path}/.wh..wh..opq`, { name: `${path}/.wh..wh..opq` });
        there.set(path, "directory");
        continue;
      }
      if (members.has(path) || gone.has(path)) continue;
      say(path);
      if (what < 0.4) {
        if (there.get(path) !== "directory") remove(path);
        say(path);
        members.set(path, { name: path, type: "directory", mode: pick(modes) | 0o700, uid: pick([0, 1000]) });
        there.set(path, "directory");
      } else if (what < 0.55) {
        remove(path);
        say(path);
        members.set(path, { name: path, type: "symlink", link: pick(["a", "../b", "/etc/none", ".", "c/d/e"]) });
        there.set(path, "symlink");
      } else {
        remove(path);
        say(path);
        const content = "x".repeat(Math.floor(random() * 3000));
        const owned = { mode: pick(modes), uid: pick([0, 7, 1000]) };
        members.set(path, { name: path, content, ...owned });
        there.set(path, "file");
        const twin = `${path}-twin`;
        if (random() < 0.2 && !members.has(twin) && !there.has(twin) && !gone.has(twin)) {
          // As archivers have it: what stands at the link is set, too.
          members.set(twin, { name: twin, type: "hardlink", link: path, ...owned });
          there.set(twin, "file");
        }
      }
    }
    const whiteouts = [...gone]
      .filter((path) => !members.has(path))
      .map((path): TarMember => ({ name: path.replace(/[^/]*$/, (base) => `.wh.${base}`) }));
    // Folders before what is in them, a hard link behind its file.
    layers.push([
      ...[...members.values()].filter(({ type }) => type !== "hardlink"),
      ...hardLinks(members),
      ...whiteouts,
    ]);
  }
  return layers;
}

function hardLinks(members: ReadonlyMap<string, TarMember>): TarMember[] {
  return [...members.values()].filter(
    ({ type, link = "" }) => type === "hardlink" && members.get(link)?.type !== "symlink" && members.has(link),
  );
}

function isBelow(path: string, members: ReadonlyMap<string, TarMember>): boolean {
  return [...members.keys()].some((each) => each.startsWith(`${path}/`));
}
