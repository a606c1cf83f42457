// Names of processors: ELF's numbers, and what images call them (GOARCH).

/** Which ELF files a platform's kernel starts: `machine` with its class and byte order. */
const machines: Readonly<
  Record<string, { readonly machine: number; readonly is64: boolean; readonly little: boolean }>
> = {
  amd64: { machine: 62, is64: true, little: true },
  arm64: { machine: 183, is64: true, little: true },
  "386": { machine: 3, is64: false, little: true },
  arm: { machine: 40, is64: false, little: true },
  ppc64le: { machine: 21, is64: true, little: true },
  s390x: { machine: 22, is64: true, little: false },
  riscv64: { machine: 243, is64: true, little: true },
  loong64: { machine: 258, is64: true, little: true },
  mips64le: { machine: 8, is64: true, little: true },
};

interface Format {
  readonly machine: number;
  readonly is64: boolean;
  readonly isLittleEndian: boolean;
}

/** The architecture by its name in images, or its number. */
export function architectureOf({ machine, is64, isLittleEndian }: Format): string {
  for (const [name, each] of Object.entries(machines)) {
    if (each.machine === machine && each.is64 === is64 && each.little === isLittleEndian) return name;
  }
  return `ELF machine ${machine}`;
}

/** Whether a kernel of that architecture starts such a file: 64-bit ones of x86 and ARM start the 32-bit ones too. */
export function runsOn(file: Format, architecture: string): boolean {
  const own = architectureOf(file);
  return (
    own === architecture || (architecture === "amd64" && own === "386") || (architecture === "arm64" && own === "arm")
  );
}
