import { execFile } from "node:child_process";
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A repository being made: commits have fixed times, so that every run makes the same one. */
export class Recipe {
  readonly path: string;
  #seconds = 1_600_000_000;

  constructor(path: string) {
    this.path = path;
  }

  async git(...args: readonly string[]): Promise<string> {
    const time = `${this.#seconds} +0200`;
    const who = { NAME: "Test", EMAIL: "test@example.com", DATE: time };
    const people = Object.entries(who).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]);
    const env = {
      PATH: process.env["PATH"],
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      ...Object.fromEntries(people),
    };
    const { stdout } = await run("git", ["-c", "gc.auto=0", ...args], { cwd: this.path, env });
    return stdout.trim();
  }

  /** Writes files (undefined removes one) and commits; resolves to the hash. */
  async commit(files: Readonly<Record<string, string | Buffer | undefined>>): Promise<string> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.path, name);
      await mkdir(dirname(path), { recursive: true });
      if (content === undefined) await rm(path, { recursive: true });
      else await writeFile(path, content);
    }
    this.#seconds += 61;
    await this.git("add", "--all", "--force");
    await this.git("commit", "--quiet", "--allow-empty", "--message", "Change");
    return this.git("rev-parse", "HEAD");
  }

  async tag(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.git("tag", name);
  }

  /** An executable file and links, for the next commit. */
  async special(): Promise<void> {
    await symlink("lib.go", join(this.path, "link.go"));
    await symlink("/etc/passwd", join(this.path, "absolute"));
    await symlink("dir", join(this.path, "linkdir"));
    await writeFile(join(this.path, "run.sh"), "#!/bin/sh\n");
    await chmod(join(this.path, "run.sh"), 0o755);
  }
}

/** Below the world's root: `simple`, `nested/sub/v2`. Queries are branches, revisions and versions that are not in the list. */
export interface WorldModule {
  readonly path: string;
  readonly queries?: readonly string[];
}

export interface WorldRepository {
  readonly name: string;
  readonly modules: readonly WorldModule[];
  /** What it makes may be asked for, too: hashes and pseudo-versions under the module's path. */
  readonly make: (recipe: Recipe, root: string) => Promise<Readonly<Record<string, readonly string[]>> | void>;
}

const lib = "package lib\n";
const mod = (path: string, more = ""): string => `module ${path}\n\ngo 1.18\n${more}`;

/** A repository of one module at its root, with `queries` for it. */
function one(
  name: string,
  make: (recipe: Recipe, path: string) => Promise<readonly string[] | void>,
  queries: readonly string[] = ["main"],
): WorldRepository {
  return {
    name,
    modules: [{ path: name, queries }],
    make: async (recipe, root) => {
      const more = await make(recipe, `${root}/${name}`);
      return more === undefined ? undefined : { [name]: more };
    },
  };
}

export const worldRepositories: readonly WorldRepository[] = [
  one(
    "simple",
    async (r, path) => {
      await r.commit({ "go.mod": mod(path), "lib.go": lib });
      await r.tag("v1.0.0");
      await r.commit({ "more.go": lib });
      await r.tag("v1.1.0");
    },
    ["main", "HEAD", "v1.0.0", "v9.9.9", "nobranch"],
  ),
  one("ahead", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.tag("v1.2.3");
    const a = await r.commit({ "a.go": lib });
    const b = await r.commit({ "b.go": lib });
    return [
      a,
      a.slice(0, 12),
      b,
      b.slice(0, 8),
      `v1.2.4-0.20200913122742-${a.slice(0, 12)}`,
      `v1.2.5-0.20200913122742-${a.slice(0, 12)}`,
    ];
  }),
  one("untagged", async (r, path) => {
    const a = await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.commit({ "a.go": lib });
    return [a.slice(0, 12), `v0.0.0-20200913122741-${a.slice(0, 12)}`, `v0.0.0-20200913122742-${a.slice(0, 12)}`];
  }),
  one("bare-tags", async (r) => {
    await r.commit({ "lib.go": lib });
    await r.tag("v0.1.0", "v1.0.0");
  }),
  one(
    "incompatible",
    async (r) => {
      await r.commit({ "lib.go": lib });
      await r.tag("v1.0.0", "v2.0.0", "v2.1.0", "v10.0.0");
      await r.commit({ "a.go": lib });
    },
    ["main", "v2.0.0", "v2.1.0+incompatible", "v1.0.0+incompatible"],
  ),
  one(
    "incompatible-hidden",
    async (r, path) => {
      await r.commit({ "lib.go": lib });
      await r.tag("v2.0.0");
      await r.commit({ "go.mod": mod(path) });
      await r.tag("v1.0.0");
      await r.commit({ "a.go": lib });
    },
    ["main", "v2.0.0+incompatible"],
  ),
  one(
    "incompatible-mixed",
    async (r, path) => {
      await r.commit({ "lib.go": lib });
      await r.tag("v1.0.0", "v2.0.0");
      await r.commit({ "go.mod": mod(`${path}/v3`) });
      await r.tag("v3.0.0");
    },
    ["v2.0.0+incompatible", "v3.0.0+incompatible"],
  ),
  {
    name: "majors",
    modules: [
      { path: "majors", queries: ["v2.0.0"] },
      { path: "majors/v2", queries: ["main", "v1.0.0", "v2.1.0"] },
      { path: "majors/v3", queries: ["main"] },
    ],
    make: async (r, root) => {
      await r.commit({ "go.mod": mod(`${root}/majors`), "lib.go": lib });
      await r.tag("v1.0.0");
      await r.commit({ "go.mod": mod(`${root}/majors/v2`) });
      await r.tag("v2.0.0", "v2.1.0-beta.1");
      await r.commit({ "a.go": lib });
    },
  },
  {
    name: "major-folder",
    modules: [{ path: "major-folder" }, { path: "major-folder/v2", queries: ["main"] }],
    make: async (r, root) => {
      const path = `${root}/major-folder`;
      await r.commit({ "go.mod": mod(path), "lib.go": lib, "v2/go.mod": mod(`${path}/v2`), "v2/lib.go": lib });
      await r.tag("v1.0.0", "v2.0.0");
      await r.commit({ "v2/a.go": lib });
    },
  },
  {
    name: "major-twice",
    modules: [{ path: "major-twice/v2", queries: ["main", "v2.0.0"] }],
    make: async (r, root) => {
      const path = `${root}/major-twice/v2`;
      await r.commit({ "go.mod": mod(path), "v2/go.mod": mod(path), "v2/lib.go": lib });
      await r.tag("v2.0.0");
    },
  },
  {
    name: "major-other",
    modules: [{ path: "major-other/v2", queries: ["main", "v2.0.0"] }],
    make: async (r, root) => {
      await r.commit({ "go.mod": mod(`${root}/major-other`), "v2/go.mod": mod(`${root}/other/v3`), "v2/lib.go": lib });
      await r.tag("v2.0.0");
    },
  },
  {
    name: "nested",
    modules: [
      { path: "nested", queries: ["main"] },
      { path: "nested/sub", queries: ["main", "v0.9.0"] },
      { path: "nested/sub/v2", queries: ["main"] },
      { path: "nested/pkg", queries: ["main", "v1.0.0"] },
    ],
    make: async (r, root) => {
      const path = `${root}/nested`;
      await r.commit({
        "go.mod": mod(path),
        "lib.go": lib,
        "pkg/p.go": lib,
        "sub/go.mod": mod(`${path}/sub`),
        "sub/lib.go": lib,
        "sub/in/x.go": lib,
      });
      await r.tag("v1.0.0", "sub/v1.0.0", "sub/v1.1.0-rc.1");
      await r.commit({ "sub/v2/go.mod": mod(`${path}/sub/v2`), "sub/v2/lib.go": lib });
      await r.tag("sub/v2.0.0");
      const a = await r.commit({ "sub/a.go": lib });
      return { "nested/sub": [a.slice(0, 12)] };
    },
  },
  one("prereleases", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.tag("v1.0.0-alpha", "v1.0.0-alpha.2", "v1.0.0-rc.1");
    await r.commit({ "a.go": lib });
  }),
  one("pre-after", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.tag("v1.0.0");
    await r.commit({ "a.go": lib });
    await r.tag("v1.1.0-rc.1");
    await r.commit({ "b.go": lib });
  }),
  one("merged", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.tag("v1.0.0");
    await r.git("checkout", "--quiet", "-b", "side");
    await r.commit({ "side.go": lib });
    await r.tag("v1.3.0");
    await r.git("checkout", "--quiet", "main");
    const before = await r.commit({ "main.go": lib });
    await r.git("merge", "--quiet", "--no-ff", "--message", "Merge", "side");
    const after = await r.commit({ "after.go": lib });
    return [before.slice(0, 12), after.slice(0, 12), "side"];
  }),
  one("side-tag", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.git("checkout", "--quiet", "-b", "release-x");
    const side = await r.commit({ "side.go": lib });
    await r.tag("v1.0.0");
    await r.git("checkout", "--quiet", "main");
    const own = await r.commit({ "main.go": lib });
    return [own.slice(0, 12), side.slice(0, 12), "release-x", `v1.0.1-0.20200913122843-${own.slice(0, 12)}`];
  }),
  one("annotated", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.git("tag", "--annotate", "--message", "One", "v1.0.0");
    const a = await r.commit({ "a.go": lib });
    await r.git("tag", "--annotate", "--message", "Two", "nightly");
    return ["nightly", a];
  }),
  one("odd-tags", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.tag(
      "v1",
      "v1.2",
      "1.0.0",
      "v1.0.0+meta",
      "release-1",
      "v01.0.0",
      "v0.0.0-20200101000000-abcdefabcdef",
      "refs-v1.0.0",
    );
    await r.commit({ "a.go": lib });
    await r.tag("v1.5.0+build.7");
    const b = await r.commit({ "b.go": lib });
    return ["v1.2", "release-1", "v1.5.0+build.7", b.slice(0, 12)];
  }),
  one("retracted", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.tag("v1.0.0");
    const bad = await r.commit({ "a.go": lib });
    await r.tag("v1.1.0");
    await r.commit({ "go.mod": mod(path, "\nretract [v1.1.0, v1.2.0] // wrong\n") });
    await r.tag("v1.2.0");
    const last = await r.commit({ "b.go": lib });
    return [bad.slice(0, 12), last.slice(0, 12)];
  }),
  one("two-tags", async (r, path) => {
    const a = await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.tag("v1.0.0", "v1.0.1", "v1.1.0-pre");
    return [a, a.slice(0, 12)];
  }),
  {
    name: "licence",
    modules: [{ path: "licence" }, { path: "licence/without" }, { path: "licence/with" }],
    make: async (r, root) => {
      const path = `${root}/licence`;
      await r.commit({
        LICENSE: "Do what you want.\r\n",
        "go.mod": mod(path),
        "without/go.mod": mod(`${path}/without`),
        "without/lib.go": lib,
        "with/go.mod": mod(`${path}/with`),
        "with/LICENSE": "Ask first.\n",
        ".gitattributes": "LICENSE text eol=crlf\n",
      });
      await r.tag("v1.0.0", "without/v1.0.0", "with/v1.0.0");
    },
  },
  one("export", async (r, path) => {
    await r.commit({
      "go.mod": mod(path),
      "version.go": 'package lib\n\nconst Version = "$Format:%H$"\n',
      "testdata/hidden.txt": "hidden\n",
      ".gitattributes": "version.go export-subst\ntestdata export-ignore\n",
    });
    await r.tag("v1.0.0");
  }),
  one("line-ends", async (r, path) => {
    await r.git("config", "core.autocrlf", "false");
    await r.commit({
      "go.mod": mod(path),
      "auto.txt": "a\r\nb\r\n",
      "crlf.bat": "echo\n",
      "lf.sh": "echo\n",
      "plain.txt": "a\r\nb\n",
      "binary.bin": Buffer.from([0, 13, 10, 1, 13, 10]),
      "ident.txt": "$Id$\n",
      "wide.txt": Buffer.from("a\nb\n", "utf16le"),
    });
    await r.commit({
      ".gitattributes": "*.bat text eol=crlf\n*.sh text eol=lf\n*.txt text=auto\n*.bin -text\nident.txt ident\n",
    });
    await r.tag("v1.0.0");
  }),
  one("links", async (r, path) => {
    await r.special();
    await r.commit({ "go.mod": mod(path), "lib.go": lib, "dir/x.go": lib });
    await r.tag("v1.0.0");
  }),
  one("submodule", async (r, path) => {
    const hash = await r.commit({
      "go.mod": mod(path),
      "lib.go": lib,
      ".gitmodules": '[submodule "dep"]\n\tpath = dep\n\turl = https://example.com/dep\n',
    });
    await r.git("update-index", "--add", "--cacheinfo", `160000,${hash},dep`);
    await r.git("commit", "--quiet", "--message", "Submodule");
    await r.tag("v1.0.0");
  }),
  one("vendor-old", async (r, path) => {
    const files = {
      "vendor/modules.txt": "# x\n",
      "vendor/example.com/x/x.go": lib,
      "sub/vendor/a.go": lib,
      "sub/vendor/example.com/y/y.go": lib,
      "vendor/readme": "x\n",
    };
    await r.commit({ "go.mod": `module ${path}\n\ngo 1.20\n`, ...files });
    await r.tag("v1.0.0");
  }),
  one("vendor-new", async (r, path) => {
    const files = {
      "vendor/modules.txt": "# x\n",
      "vendor/example.com/x/x.go": lib,
      "sub/vendor/a.go": lib,
      "sub/vendor/example.com/y/y.go": lib,
    };
    await r.commit({ "go.mod": `module ${path}\n\ngo 1.24\n`, ...files });
    await r.tag("v1.0.0");
  }),
  one("case-collision", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib, README: "x\n", readme: "y\n" });
    await r.tag("v1.0.0");
  }),
  one(
    "names",
    async (r, path) => {
      const deep = Array.from({ length: 12 }, (_, i) => `folder-with-a-long-name-${i}`).join("/");
      await r.commit({
        "go.mod": mod(path),
        "with space.txt": "x\n",
        "ünïcode.txt": "x\n",
        [`${deep}/file.txt`]: "deep\n",
        empty: "",
        ".hidden/x": "x\n",
        ".gitignore": "x\n",
        ".hg_archival.txt": "x\n",
        "[a]*.txt": "x\n",
      });
      await r.tag("v1.0.0");
    },
    ["v1.0.0"],
  ),
  one("plain-names", async (r, path) => {
    const deep = Array.from({ length: 12 }, (_, i) => `folder-with-a-long-name-${i}`).join("/");
    await r.commit({
      "go.mod": mod(path),
      "with space.txt": "x\n",
      "ünïcode.txt": "x\n",
      [`${deep}/file.txt`]: "deep\n",
      empty: "",
      ".hidden/x": "x\n",
      ".gitignore": "x\n",
      ".hg_archival.txt": "x\n",
    });
    await r.tag("v1.0.0");
  }),
  one("large", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "data.bin": Buffer.alloc(3 << 20, "0123456789abcdef"), "lib.go": lib });
    await r.tag("v1.0.0");
  }),
  one("no-module-line", async (r) => {
    await r.commit({ "go.mod": "go 1.18\n", "lib.go": lib });
    await r.tag("v1.0.0");
  }),
  one("renamed", async (r) => {
    await r.commit({ "go.mod": mod("example.com/elsewhere"), "lib.go": lib });
    await r.tag("v1.0.0");
  }),
  one("upper-go-mod", async (r) => {
    await r.commit({ "GO.MOD": "module x\n", "lib.go": lib });
    await r.tag("v1.0.0");
  }),
  one(
    "hex-names",
    async (r, path) => {
      await r.commit({ "go.mod": mod(path), "lib.go": lib });
      await r.tag("deadbeef");
      await r.commit({ "a.go": lib });
      await r.git("branch", "abcdef1");
      await r.commit({ "b.go": lib });
    },
    ["deadbeef", "abcdef1", "main"],
  ),
  one("unreachable-tag", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.git("checkout", "--quiet", "--orphan", "other");
    const other = await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.tag("v0.5.0");
    await r.git("checkout", "--quiet", "main");
    await r.git("branch", "--quiet", "-D", "other");
    await r.commit({ "c.go": lib });
    return [other.slice(0, 12)];
  }),
  one("blob-tag", async (r, path) => {
    await r.commit({ "go.mod": mod(path), "lib.go": lib });
    await r.git("tag", "v1.0.0", await r.git("rev-parse", "HEAD:lib.go"));
    await r.tag("v1.1.0");
  }),
  one("empty", async () => undefined),
];
