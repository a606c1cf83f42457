// What an image's name tells of it: the official images' tags name a version and the distribution below.

export interface BaseImage {
  /** As FROM has it, variables filled in. */
  readonly reference: string;
  /** Without registry and folders: `golang`, `debian`, `static-debian12`. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** `1.24` of golang:1.24-alpine; undefined where the tag names none. */
  readonly goVersion: string | undefined;
  readonly system: "scratch" | "alpine" | "debian" | "ubuntu" | "distroless" | "other";
  /** Debian's release by number: 12 for bookworm. */
  readonly debian: number | undefined;
  readonly hasShell: boolean | undefined;
}

const debianReleases: Readonly<Record<string, number>> = {
  buster: 10,
  bullseye: 11,
  bookworm: 12,
  trixie: 13,
  forky: 14,
};

/** `bookworm` of 12. */
export function debianCodename(release: number): string | undefined {
  return Object.entries(debianReleases).find(([, number]) => number === release)?.[0];
}

export function readBaseImage(reference: string): BaseImage {
  const [, path = "", tag, digest] = /^([^@]*?)(?::([\w.-]+))?(?:@(.+))?$/.exec(reference) ?? [];
  const name = path.slice(path.lastIndexOf("/") + 1);
  const text = tag ?? "";
  const isGo = name === "golang";
  const isDistroless = /(^|\/)distroless\//.test(path);
  const system = systemOf(name, text, isDistroless);
  const release = Object.entries(debianReleases).find(([codename]) => text.includes(codename))?.[1];
  const numbered = /debian(\d+)$/.exec(name)?.[1] ?? (name === "debian" ? /^(\d+)/.exec(text)?.[1] : undefined);
  return {
    reference,
    name,
    tag,
    digest,
    goVersion: isGo ? /^(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1] : undefined,
    system,
    debian: release ?? (numbered === undefined ? undefined : Number(numbered)),
    hasShell:
      system === "scratch" ? false : isDistroless ? /(^|-)debug/.test(text) : system === "other" ? undefined : true,
  };
}

function systemOf(name: string, tag: string, isDistroless: boolean): BaseImage["system"] {
  if (name === "scratch") return "scratch";
  if (isDistroless) return "distroless";
  if (name === "alpine" || /(^|-)alpine/.test(tag)) return "alpine";
  if (name === "ubuntu") return "ubuntu";
  // The official language images stand on Debian where their tag names nothing else.
  if (name === "debian" || name === "golang" || name === "node" || name === "python") return "debian";
  return "other";
}
