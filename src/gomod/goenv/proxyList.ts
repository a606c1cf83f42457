/**
 * GOPROXY (cmd/go/internal/modfetch/proxy.go, proxyList):
 *
 *     https://a.example,https://b.example|direct
 *
 * Each proxy is asked in turn. Behind a comma the next is asked only if the one before said 404 or 410; behind a bar, after
 * any failure. `direct` means the repository itself, `off` means no more; what follows either is ignored.
 */
import { ModuleError } from "../error.ts";
import { trimSpace } from "../utf8.ts";
import { maskPassword, parseGoUrl } from "./goUrl.ts";

/** One place to ask. */
export interface ProxyEntry {
  /** A URL with its scheme, `direct` or `off`. It may hold a password. */
  readonly url: string;
  /** Whether the next entry is asked after any error; else only after 404 and 410. */
  readonly fallBackOnAnyError: boolean;
}

/**
 * Parses a GOPROXY list. Blank entries don't count; a host without a scheme gets `https://`.
 *
 * The list that the go command walks for a path which GONOPROXY matches is `direct` alone, whatever GOPROXY says, as long as
 * it parses (see privacy.ts).
 *
 * @throws ModuleError `invalidSetting` with the go command's words, but for a password in the URL, which is masked.
 */
export function parseProxyList(list: string): readonly ProxyEntry[] {
  const entries: ProxyEntry[] = [];
  for (const [, item = "", separator = ""] of list.matchAll(/([^,|]*)([,|]|$)/g)) {
    const word = trimSpace(item);
    if (word === "") continue;
    if (word === "off" || word === "direct") {
      entries.push({ url: word, fallBackOnAnyError: false });
      break;
    }
    const url = withScheme(word);
    checkProxyUrl(url);
    entries.push({ url, fallBackOnAnyError: separator === "|" });
  }
  if (entries.length === 0) {
    throw new ModuleError("invalidSetting", "GOPROXY list is not the empty string, but contains no entries");
  }
  return entries;
}

/** Single words are reserved for what Go may come to mean by them; an absolute path or `x:/…` must be a whole URL. */
function withScheme(word: string): string {
  return /[.:/]/.test(word) && !word.includes(":/") && !word.startsWith("/") ? `https://${word}` : word;
}

function checkProxyUrl(text: string): void {
  const url = parseGoUrl(text);
  switch (url.scheme) {
    case "http":
    case "https":
      return;
    case "file":
      if (!url.hasOnlyPath) throw invalid("invalid file:// proxy URL with non-path elements", url.redacted);
      return;
    case "":
      throw invalid("invalid proxy URL missing scheme", url.redacted);
    default:
      throw invalid("invalid proxy URL scheme (must be https, http, file)", url.redacted);
  }
}

function invalid(fault: string, redacted: string): ModuleError {
  return new ModuleError("invalidSetting", `${fault}: ${maskPassword(redacted)}`);
}
