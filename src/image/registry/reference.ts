// What an image is called: registry/repository:tag@digest, with docker's defaults for what is left out.
//
// Source: github.com/distribution/reference (grammar in reference.go, defaults in normalize.go).

import { RegistryError } from "./registryError.ts";

export interface ImageReference {
  /** "registry.example:5000"; Docker Hub is "docker.io". */
  readonly registry: string;
  /** "team/shop" */
  readonly repository: string;
  /** undefined where a digest stands and no tag. */
  readonly tag: string | undefined;
  /** "sha256:…" */
  readonly digest: string | undefined;
}

const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const registryPattern = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
export const digestPattern: RegExp = /^sha256:[0-9a-f]{64}$/;
const lengthLimit = 1024;

/** The text may come from anybody. Throws RegistryError. */
export function parseReference(text: string): ImageReference {
  const refuse = (why: string): never => {
    throw new RegistryError("invalid-reference", `${JSON.stringify(text.slice(0, 200))} names no image: ${why}`);
  };
  if (text.length > lengthLimit) refuse("it is too long");
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !digestPattern.test(digest)) refuse("behind the @ stands no sha256 digest");
  const named = at < 0 ? text : text.slice(0, at);
  // The last colon is a port's when a slash follows it.
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !tagPattern.test(tag)) refuse(`${JSON.stringify(tag)} is no tag`);
  const { registry, path } = splitRegistry(hasTag ? named.slice(0, colon) : named);
  if (!registryPattern.test(registry)) refuse(`${JSON.stringify(registry)} is no registry's name`);
  if (!repositoryPattern.test(path))
    refuse(`${JSON.stringify(path)} is no repository (lower case, digits, . _ - and /)`);
  const repository = registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  return { registry, repository, tag: tag ?? (digest === undefined ? "latest" : undefined), digest };
}

/** The part before the first slash is a registry when it looks like a host and not like a folder. */
function splitRegistry(name: string): { registry: string; path: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, slash);
  const isHost = slash > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  if (!isHost) return { registry: "docker.io", path: name };
  const registry = first === "index.docker.io" ? "docker.io" : first;
  return { registry, path: name.slice(slash + 1) };
}
