import { npmRegistries, readNpmrcLines } from "../../../repo/npm/npmrcFile.ts";
import type { LockedPackage } from "../../../repo/npm/packageLock.ts";
import { npmLocks } from "../../npmLocks.ts";
import { entryIn } from "../../npmPlaces.ts";
import { defineRule, type Rule } from "../../rule.ts";

const manifest = { "package.json": `{\n  "name": "web"\n}\n` };
const lock = (...urls: readonly string[]): string => {
  const packages = urls.map((url, index) => {
    const name = /^(?:[^/]*\/\/[^/]+)\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? `p${index}`;
    return `    "node_modules/${name}": { "version": "1.0.0", "resolved": "${url}" }`;
  });
  return `{\n  "lockfileVersion": 3,\n  "packages": {\n    "": {},\n${packages.join(",\n")}\n  }\n}\n`;
};
const usual = "https://registry.example.com/left/-/left-1.0.0.tgz";
const other = "https://mirror.example.com/right/-/right-1.0.0.tgz";

export const rule: Rule = defineRule({
  id: "npm/lock-other-registry",
  title: "the lock file leads to a registry that others do not have",
  severity: "warning",
  why: "npm ci takes each archive from the address that the lock file has. One of a machine's own proxy is there for nobody else: ECONNREFUSED. One of another registry than all the rest comes from somebody's own settings, and fails where that registry is not reached.",
  source:
    "https://docs.npmjs.com/cli/using-npm/config#replace-registry-host; https://docs.npmjs.com/cli/configuring-npm/package-lock-json",
  examples: {
    bad: { ...manifest, "package-lock.json": lock(usual, "http://127.0.0.1:4873/right/-/right-1.0.0.tgz") },
    good: { ...manifest, "package-lock.json": lock(usual, "https://registry.example.com/right/-/right-1.0.0.tgz") },
    silent: {
      "one mirror for all": { ...manifest, "package-lock.json": lock(other) },
      "a scope that has a registry of its own": {
        ...manifest,
        "package-lock.json": lock(usual, "https://npm.example.com/@team/ui/-/ui-1.0.0.tgz"),
      },
      "an archive that package.json itself names": {
        "package.json": `{ "dependencies": { "right": "https://files.example.com/right/-/right-1.0.0.tgz" } }\n`,
        "package-lock.json": lock(usual, "https://files.example.com/right/-/right-1.0.0.tgz"),
      },
      "an archive of a forge, which is no registry": {
        ...manifest,
        "package-lock.json": lock(usual, "https://forge.example.com/team/right/archive/0123.tar.gz"),
      },
      "a repository": { ...manifest, "package-lock.json": lock(usual, "git+ssh://git@git.example.com/right.git#0123") },
      "npm is told to put its own registry in": {
        ...manifest,
        ".npmrc": "replace-registry-host=always\n",
        "package-lock.json": lock(usual, other),
      },
      "the project's own settings name the loopback": {
        ...manifest,
        ".npmrc": "registry=http://127.0.0.1:4873/\n",
        "package-lock.json": lock("http://127.0.0.1:4873/right/-/right-1.0.0.tgz"),
      },
    },
  },
  *check(facts) {
    for (const { manifest, held } of npmLocks(facts)) {
      const { lock } = held;
      const lines = readNpmrcLines(facts.text(lock.folder === "" ? ".npmrc" : `${lock.folder}/.npmrc`) ?? "");
      if (lines.some(({ key, value }) => key === "replace-registry-host" && value === "always")) continue;
      const configured = new Set(npmRegistries(lines).map(({ url }) => url.host));
      const named = new Set(manifest.dependencies.map(({ spec }) => spec));
      const hosts = Map.groupBy(
        [...lock.packages.values()].filter(({ resolved }) => !named.has(resolved ?? "")),
        (each) => registryHost(each) ?? "",
      );
      hosts.delete("");
      const most = Math.max(0, ...[...hosts.values()].map((all) => all.length));
      const usual = [...hosts].find(([, all]) => all.length === most)?.[0];
      for (const [host, all] of hosts) {
        const isLocal = isLoopback(host);
        // Packages of a scope come from where the scope is, wherever that is written.
        const strangers = isLocal ? all : all.filter(({ name }) => !name.startsWith("@"));
        const [first] = strangers;
        if (first === undefined || configured.has(host) || (!isLocal && host === usual)) continue;
        const count = strangers.length === 1 ? first.name : `${first.name} and ${strangers.length - 1} more`;
        yield {
          ...entryIn(lock, [...first.path, "resolved"]),
          ...(isLocal ? { severity: "error" as const } : {}),
          message: isLocal
            ? `${count} come${strangers.length === 1 ? "s" : ""} from ${host}: nobody has that but the machine that wrote it`
            : `${count} come${strangers.length === 1 ? "s" : ""} from ${host}, and ${most} of the others from ${usual ?? ""}`,
        };
      }
    }
  },
});

/** Of an address as registries have them: `…/name/-/name-1.0.0.tgz`. */
function registryHost({ resolved = "" }: LockedPackage): string | undefined {
  return /\/-\/[^/]+\.tgz(?:[?#].*)?$/.test(resolved) ? URL.parse(resolved)?.host : undefined;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|host\.docker\.internal)(:\d+)?$/.test(host);
}
