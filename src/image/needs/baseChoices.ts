// What each base image has, and what speaks against it.

import type { BaseName } from "./baseSizes.ts";
import type { Linking } from "./linking.ts";
import type { Need } from "./need.ts";
import type { Wish } from "./wishes.ts";

export interface Wants {
  readonly linking: Linking;
  readonly needsShell: boolean;
  readonly wishes: ReadonlySet<Wish>;
  /** Files of shared libraries beyond the C library's own. */
  readonly libraries: readonly string[];
}

interface Base {
  readonly libc: "glibc" | "musl" | undefined;
  readonly hasShell: boolean;
  /** Installs packages; undefined where nothing can be installed. */
  readonly installs: string | undefined;
  readonly has: ReadonlySet<Need["kind"]>;
  /** Who has an entry in its /etc/passwd, of those that programs are run as. */
  readonly users: readonly number[];
  readonly libraries: RegExp | undefined;
}

const debianUsers = [0, 65534];
const distroless: Pick<Base, "hasShell" | "installs" | "has" | "users"> = {
  hasShell: false,
  installs: undefined,
  has: new Set(["certificates", "time-zones", "temporary-files", "host-names"]),
  users: [...debianUsers, 65532],
};

/** As their releases of 2024 to 2026 are made. */
export const bases: Readonly<Record<BaseName, Base>> = {
  scratch: { libc: undefined, hasShell: false, installs: undefined, has: new Set(), users: [], libraries: undefined },
  "distroless static": { ...distroless, libc: undefined, libraries: undefined },
  "distroless base": { ...distroless, libc: "glibc", libraries: /\/lib(ssl|crypto)\.so\.\d+$/ },
  alpine: {
    libc: "musl",
    hasShell: true,
    installs: "apk add",
    has: new Set(["certificates", "temporary-files", "host-names"]),
    users: debianUsers,
    libraries: /\/lib(ssl|crypto|z)\.so\.\d+$/,
  },
  "debian-slim": {
    libc: "glibc",
    hasShell: true,
    installs: "apt-get install",
    has: new Set(["temporary-files", "host-names"]),
    users: debianUsers,
    libraries: /\/lib(z|gcc_s|stdc\+\+|lzma|selinux|tinfo|pcre2-8|crypt|pam|systemd|mount|blkid|uuid)\.so\.\d+$/,
  },
};

/** More files than anybody copies one by one, and keeps in step with their packages. */
const copiedLibraries = 5;

/** Everything that keeps the base from being used, for people; empty where nothing does. */
export function objections(name: BaseName, { linking, needsShell, wishes, libraries }: Wants): string[] {
  const base = bases[name];
  const found: string[] = [];
  if (linking.kind !== "static" && linking.kind !== base.libc) {
    const has = base.libc === undefined ? "it has no C library" : `it has ${base.libc}`;
    const instead = linking.avoidable === undefined ? "" : ` (built with ${linking.avoidable.by} it would need none)`;
    found.push(`${has}, and the program needs ${linking.kind}${instead}`);
  }
  if (wishes.has("glibc") && base.libc !== "glibc" && linking.kind !== "glibc")
    found.push("it has no glibc, and that is wished for");
  if (needsShell && !base.hasShell) found.push("it has no shell");
  else if (wishes.has("shell") && !base.hasShell)
    found.push(`it has no shell, and one is wished for${name === "scratch" ? "" : " (its tag debug has busybox')"}`);
  if (wishes.has("packages") && base.installs === undefined)
    found.push("nothing can be installed in it, and that is wished for");
  const copied = base.installs === undefined && base.libc === linking.kind ? lackingLibraries(name, libraries) : [];
  if (copied.length > copiedLibraries)
    found.push(`${copied.length} shared libraries would have to be copied into it: nothing can be installed`);
  return found;
}

/** Those of the libraries that the base does not have. */
export function lackingLibraries(name: BaseName, libraries: readonly string[]): readonly string[] {
  const { libraries: own } = bases[name];
  return libraries.filter((path) => own?.test(path) !== true);
}
