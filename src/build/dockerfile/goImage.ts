/** Which tag of the official `golang` image builds a project. */
import { compare, fromToolchain, isLang, isPrerelease, isValid, lang, max } from "../../gomod/gover.ts";
import { DockerfileError } from "./dockerfileError.ts";

/** The tag, and the Debian release that both it and the image for cgo programs are of: one libc on both sides. */
export interface GoImage {
  /** `1.26`; `1.27rc1` where a project asks for a release candidate. */
  readonly version: string;
  /** `golang:1.26-bookworm` */
  readonly image: string;
  /** `bookworm` */
  readonly debian: string;
}

/**
 * Older toolchains get no security fixes, and every module builds with a newer one: its go line keeps the language and the
 * defaults that it was written for (https://go.dev/doc/toolchain). So a project is built with its own version or this one,
 * whichever is newer.
 */
const oldestMaintained = "1.26";

/**
 * @param required The go and toolchain lines that must be met: `1.24`, `1.24.3`, `go1.26.1`.
 * @param chosen A version that a person asked for; it may be older than what is maintained, and not than what is required.
 * @throws DockerfileError `invalidChoice`
 */
export function goImage(required: readonly string[], chosen: string | undefined): GoImage {
  const needed = required.map((line) => (isValid(line) ? line : fromToolchain(line))).reduce(max, "");
  if (chosen !== undefined) checkChoice(chosen, needed);
  const wanted = chosen ?? max(oldestMaintained, needed);
  // A language version's tag moves with its fixes; a person who names a patch means it. Candidates have no other tag.
  const version = chosen !== undefined || isPrerelease(wanted) ? wanted : lang(wanted);
  const debian = debianOf(wanted);
  return { version, image: `golang:${version}-${debian}`, debian };
}

function checkChoice(chosen: string, needed: string): void {
  if (!isValid(chosen) || !chosen.includes(".")) {
    throw new DockerfileError(
      "invalidChoice",
      `${JSON.stringify(chosen)} is no Go version; write it as 1.26 or 1.26.3`,
    );
  }
  // The tag of a language version is its newest release.
  const isEnough = isLang(chosen) ? compare(chosen, lang(needed)) >= 0 : compare(chosen, needed) >= 0;
  if (isEnough) return;
  throw new DockerfileError(
    "invalidChoice",
    `Go ${chosen} can't build this project: its go.mod or go.work asks for ${needed}, and the golang images set GOTOOLCHAIN=local`,
  );
}

/** The Debian releases that the images of a Go version were published for. */
function debianOf(version: string): string {
  if (compare(version, "1.20") >= 0) return "bookworm";
  return compare(version, "1.16") >= 0 ? "bullseye" : "buster";
}
