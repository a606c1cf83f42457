// The answer to a registry's 401: a password, or a token that its token server gives for one.
//
// Sources: distribution's docs/content/spec/auth/token.md and oauth.md.

import * as z from "zod";
import { parseChallenges } from "./challenge.ts";
import { type Answer, bounded, get, isLoopback, parseJson, timeout, unreachable } from "./exchange.ts";
import type { Login } from "./login.ts";
import type { ImageReference } from "./reference.ts";
import { RegistryError } from "./registryError.ts";

const tokenLimit = 1 << 20;

/** The Authorization header that answers a 401. */
export async function authorize(
  refused: Answer,
  image: ImageReference,
  login: Login | undefined,
  base: URL,
  limit: AbortSignal,
): Promise<string> {
  const challenges = parseChallenges(refused.headers.get("www-authenticate") ?? "");
  const bearer = challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm"));
  if (bearer !== undefined) return `Bearer ${await fetchToken(bearer.parameters, image, login, base, limit)}`;
  if (!challenges.some(({ scheme }) => scheme === "basic"))
    throw new RegistryError(
      "bad-answer",
      `${image.registry} refuses with 401 and names no way to log in that is known here`,
    );
  if (login === undefined) throw noLogin(image);
  if ("identityToken" in login)
    throw new RegistryError(
      "credentials",
      `${image.registry} wants user and password, and only a token is stored; run docker login again`,
    );
  return basic(login);
}

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** The realm is the registry's to name; who may be told the password is decided by it, as docker does. */
async function fetchToken(
  parameters: ReadonlyMap<string, string>,
  image: ImageReference,
  login: Login | undefined,
  base: URL,
  limit: AbortSignal,
): Promise<string> {
  const realm = URL.parse(parameters.get("realm") ?? "", base.href);
  const asked = `a token for ${image.registry}/${image.repository} of ${realm?.origin ?? "its realm"}`;
  if (realm === null || !/^https?:$/.test(realm.protocol) || realm.username !== "")
    throw new RegistryError("bad-answer", `${image.registry} names no usable token server`);
  if (realm.protocol === "http:" && base.protocol === "https:" && !isLoopback(realm.host))
    throw new RegistryError(
      "bad-answer",
      `${image.registry} sends logins to ${realm.origin} without encryption: refused`,
    );
  const scope = parameters.get("scope") ?? `repository:${image.repository}:pull`;
  const service = parameters.get("service");
  let answer: Answer;
  if (login !== undefined && "identityToken" in login) {
    answer = await refresh(realm, { service, scope, token: login.identityToken }, asked, limit);
  } else {
    if (service !== undefined) realm.searchParams.set("service", service);
    realm.searchParams.set("scope", scope);
    answer = await get(realm, login === undefined ? {} : { authorization: basic(login) }, tokenLimit, asked, limit);
  }
  if (answer.status === 401 || answer.status === 403)
    throw login === undefined ? noLogin(image) : wrongLogin(image, login);
  if (answer.status === 429) throw new RegistryError("rate-limited", `${asked}: too many requests (429); try later`);
  const read = answer.status === 200 ? tokenAnswer.safeParse(parseJson(answer.body)).data : undefined;
  const token = read?.token ?? read?.access_token;
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token))
    throw new RegistryError("bad-answer", `${asked}: status ${answer.status}, and no token`);
  return token;
}

/** OAuth 2's way, for a refresh token (distribution's docs/content/spec/auth/oauth.md). */
async function refresh(
  realm: URL,
  {
    service = "",
    scope,
    token,
  }: { readonly service: string | undefined; readonly scope: string; readonly token: string },
  asked: string,
  limit: AbortSignal,
): Promise<Answer> {
  const form = { grant_type: "refresh_token", client_id: "fairlead", service, scope, refresh_token: token };
  try {
    const signal = AbortSignal.any([limit, AbortSignal.timeout(timeout)]);
    const answer = await fetch(realm, { method: "POST", body: new URLSearchParams(form), redirect: "error", signal });
    return { status: answer.status, headers: answer.headers, body: await bounded(answer, tokenLimit, asked) };
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    throw unreachable(asked, error);
  }
}

export function noLogin({ registry }: ImageReference): RegistryError {
  return new RegistryError(
    "unauthorized",
    `${registry} wants a login, and none is known: set registry.username and registry.password, or run docker login ${registry}`,
  );
}

export function wrongLogin({ registry, repository }: ImageReference, login: Login): RegistryError {
  return new RegistryError(
    "unauthorized",
    `${registry} does not accept ${whoOf(login)} for ${repository} (401): the password or token is wrong or has expired, or may not read this repository`,
  );
}

export function whoOf(login: Login | undefined): string {
  if (login === undefined) return "somebody without a login";
  return "identityToken" in login ? "the stored token" : `the login of ${login.username}`;
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
