// What an image says of its origin. All of it follows from the commit, so that the same commit says the same.

import type { GitRemote, GitState } from "../../repo/gitState.ts";
import { type CiRef, versionOf } from "../tags.ts";

export interface ImageMetadata {
  /** OCI annotations' names (opencontainers/image-spec, annotations.md). */
  readonly labels: Readonly<Record<string, string>>;
  /** For the Dockerfile's ARGs of these names. */
  readonly args: Readonly<Record<string, string>>;
}

export function metadataOf(state: GitState | undefined, ci: CiRef, goVersion: string | undefined): ImageMetadata {
  const go: Record<string, string> = goVersion === undefined ? {} : { "dev.fairlead.go-version": goVersion };
  if (state === undefined) return { labels: go, args: {} };
  const revision = `${state.commit}${state.dirty ? "-dirty" : ""}`;
  const version = versionOf(state, ci);
  const source = sourceUrl(state.remotes);
  const name = "org.opencontainers.image";
  return {
    labels: {
      [`${name}.revision`]: revision,
      [`${name}.version`]: version,
      [`${name}.created`]: state.commitTime.toISOString().replace(".000Z", "Z"),
      ...(source === undefined ? {} : { [`${name}.source`]: source }),
      ...go,
    },
    args: {
      // BuildKit 0.11 and newer gives the image this time; a Dockerfile may give it to its files.
      SOURCE_DATE_EPOCH: String(state.commitTime.getTime() / 1000),
      VERSION: version,
      REVISION: revision,
    },
  };
}

/** Where the source can be had: `origin`, or the only remote. `git@host:team/shop.git` is written as a URL. */
function sourceUrl(remotes: readonly GitRemote[]): string | undefined {
  const remote = remotes.find(({ name }) => name === "origin") ?? (remotes.length === 1 ? remotes[0] : undefined);
  if (remote === undefined) return undefined;
  const [, host, path] = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(remote.url) ?? [];
  const url = host === undefined ? remote.url : `https://${host}/${path}`;
  const parsed = URL.parse(url);
  // A path on this machine tells others nothing.
  if (parsed === null || parsed.protocol === "file:") return undefined;
  const isSsh = parsed.protocol === "ssh:" || parsed.protocol === "git+ssh:";
  return (isSsh ? `https://${parsed.hostname}${parsed.pathname}` : parsed.href).replace(/\.git\/?$/, "");
}
