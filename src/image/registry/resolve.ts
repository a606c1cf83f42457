// From a tag to the digest that it has now. The body is fetched and hashed here: a HEAD's header would be the registry's
// word alone.
//
// Source: OCI distribution specification 1.1, "Pulling manifests".

import { createHash } from "node:crypto";
import * as z from "zod";
import { authorize, noLogin, whoOf, wrongLogin } from "./authorize.ts";
import { type Answer, get, isLoopback, parseJson, timeout } from "./exchange.ts";
import type { Login } from "./login.ts";
import { digestPattern, type ImageReference, parseReference } from "./reference.ts";
import { RegistryError } from "./registryError.ts";

export interface ResolveOptions {
  /** Asked for once, when the registry wants to know who we are. */
  readonly login: (registry: string) => Promise<Login | undefined>;
  /** Plain HTTP. Loopback addresses are asked so without it. */
  readonly insecure?: boolean;
  /** An Authorization header that was good for the same repository before. */
  readonly authorization?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface FetchedManifest extends Resolved {
  readonly body: Buffer;
  /** The Authorization header that opened the door; undefined where it was open. */
  readonly authorization: string | undefined;
}

export interface Resolved {
  /** "sha256:…" */
  readonly digest: string;
  /** Of the manifest or index. */
  readonly mediaType: string;
}

/** Indexes first: an image for several platforms is shipped as one. */
const mediaTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** The specification's own bound for manifests. */
const manifestLimit = 4 << 20;

/** Throws RegistryError. */
export async function resolveDigest(reference: string, options: ResolveOptions): Promise<Resolved> {
  const { digest, mediaType } = await fetchManifest(reference, options);
  return { digest, mediaType };
}

/** A manifest or index by its reference, held against the digest where there is one. Throws RegistryError. */
export async function fetchManifest(reference: string, options: ResolveOptions): Promise<FetchedManifest> {
  const image = parseReference(reference);
  const base = baseUrl(image.registry, options.insecure === true);
  const target = new URL(`/v2/${image.repository}/manifests/${image.digest ?? image.tag ?? "latest"}`, base);
  const asked = `${reference} at ${target.protocol}//${image.registry}`;
  const limit = limitOf(options);
  const ask = (authorization: string | undefined): Promise<Answer> =>
    get(
      target,
      { accept: mediaTypes.join(", "), ...(authorization && { authorization }) },
      manifestLimit,
      asked,
      limit,
    );
  let answer = await ask(options.authorization);
  let login: Login | undefined;
  let { authorization } = options;
  if (answer.status === 401) {
    login = await options.login(image.registry);
    authorization = await authorize(answer, image, login, base, limit);
    answer = await ask(authorization);
  }
  if (answer.status !== 200) throw refusal(answer, image, asked, login);
  return { ...checked(answer, image, asked), body: answer.body, authorization };
}

function limitOf({ signal }: ResolveOptions): AbortSignal {
  const limit = AbortSignal.timeout(3 * timeout);
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

export function baseUrl(registry: string, insecure: boolean): URL {
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  return new URL(`${insecure || isLoopback(host) ? "http" : "https"}://${host}`);
}

function checked({ headers, body }: Answer, image: ImageReference, asked: string): Resolved {
  const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
  const promised = headers.get("docker-content-digest");
  for (const [expected, who] of [
    [image.digest, "the reference"],
    [promised, "its header"],
  ] as const) {
    // A digest of another kind is not one to compare with.
    if (typeof expected === "string" && digestPattern.test(expected) && expected !== digest) {
      throw new RegistryError(
        "digest-mismatch",
        `${asked}: the bytes have the digest ${digest}, and ${who} says ${expected}; something between here and the registry changes answers`,
      );
    }
  }
  const manifest = z.object({ mediaType: z.string().optional() }).safeParse(parseJson(body)).data;
  const mediaType = (headers.get("content-type") ?? "").split(";")[0]?.trim() || manifest?.mediaType;
  if (manifest === undefined || mediaType === undefined || !mediaTypes.includes(mediaType))
    throw new RegistryError(
      "bad-answer",
      `${asked}: no manifest came back, but ${mediaType ?? "something unnamed"}; is that a registry?`,
    );
  return { digest, mediaType };
}

const errorBody = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().optional() })).min(1) });

/** What a status and the specification's error codes mean to somebody who wants an image. */
function refusal(
  { status, body }: Answer,
  image: ImageReference,
  asked: string,
  login: Login | undefined,
): RegistryError {
  const [first] = errorBody.safeParse(parseJson(body)).data?.errors ?? [];
  const { registry, repository, tag, digest } = image;
  switch (status) {
    case 401:
      return login === undefined ? noLogin(image) : wrongLogin(image, login);
    case 403:
      return new RegistryError("forbidden", `${asked}: ${whoOf(login)} may not read ${repository} (403)`);
    case 404:
      return new RegistryError(
        "not-found",
        first?.code === "NAME_UNKNOWN"
          ? `${registry} has no repository ${repository}: was the image pushed, and is the name right?`
          : `${registry}/${repository} has no ${tag === undefined || digest !== undefined ? "image with that digest" : `tag ${tag}`}: was the image pushed?`,
      );
    case 429:
      return new RegistryError("rate-limited", `${asked}: too many requests (429); try later, or log in`);
    default:
      return new RegistryError(
        status >= 500 ? "unreachable" : "bad-answer",
        `${asked}: status ${status}${first === undefined ? "" : ` (${first.code.slice(0, 100)})`}`,
      );
  }
}
