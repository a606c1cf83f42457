// Which variables make a difference to a job, and how they may be kept: in the clear, or as a keyed hash.

import { createHmac } from "node:crypto";
import { isSecretName, redactUrl } from "../../config/redact.ts";

/** Variables of the surroundings that build tools and tests read. */
const matters =
  /^(GO[A-Z0-9]*|CGO_[A-Z_]+|CC|CXX|PKG_CONFIG_PATH|PATH|LANG|LC_ALL|TZ|DOCKER_[A-Z_]+|BUILDKIT_[A-Z_]+|SOURCE_DATE_EPOCH|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR)|LD_LIBRARY_PATH|LD_PRELOAD|NODE_OPTIONS|MAKEFLAGS)$/;

const longest = 300;

/** The variables that a job sees because somebody set them for it, and those of its surroundings that matter. */
export function settingsOf(
  surroundings: NodeJS.ProcessEnv,
  own: Readonly<Record<string, string>>,
  key: Uint8Array,
): Record<string, string> {
  const inherited = Object.entries(surroundings).filter(([name]) => matters.test(name));
  const all = new Map([...inherited, ...Object.entries(own)]);
  return Object.fromEntries(
    [...all].flatMap(([name, value]) => (value === undefined ? [] : [[name, kept(name, value, key)]])),
  );
}

function kept(name: string, value: string, key: Uint8Array): string {
  const inClear = !isSecretName(name) && redactUrl(value) === value && value.length <= longest;
  // The name is hashed too: the same password in two variables should not show.
  return inClear ? value : `hmac:${createHmac("sha256", key).update(`${name}\0${value}`).digest("hex").slice(0, 32)}`;
}
