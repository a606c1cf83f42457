import { InvalidValue } from "./invalidValue.ts";

/** A number of bytes: a number that says so in its type. */
export type Bytes = number & { readonly __unit?: "B" };

const unitBytes: Readonly<Record<string, number>> = {
  TiB: 1024 ** 4,
  GiB: 1024 ** 3,
  MiB: 1024 ** 2,
  KiB: 1024,
  TB: 1e12,
  GB: 1e9,
  MB: 1e6,
  kB: 1e3,
  KB: 1e3,
  B: 1,
};

/**
 * Reads a size: `16MiB` (binary units, IEC 80000-13), `500MB` (decimal units), `1.5GiB`, `512B`. A bare number and a bare
 * letter are refused: `16M` is 16 MB to one reader and 16 MiB to the next.
 *
 * @throws InvalidValue
 */
export function parseSize(text: string): Bytes {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)\s?([A-Za-z]*)$/.exec(text) ?? [];
  if (amount === "") {
    throw new InvalidValue(`${JSON.stringify(text)} is not a size; write for example 16MiB, 500MB or 1.5GiB`);
  }
  if (unit === "") throw new InvalidValue(`${amount} has no unit; write for example ${amount}MiB`);
  const factor = Object.hasOwn(unitBytes, unit) ? unitBytes[unit] : undefined;
  if (factor === undefined) {
    const letter = /^[kmgt]/i.exec(unit)?.[0].toUpperCase();
    const hint =
      letter === undefined ? "B, KiB, MiB, GiB, kB, MB or GB" : `${amount}${letter}iB or ${amount}${letter}B`;
    throw new InvalidValue(`${JSON.stringify(text)} has an unknown unit; write ${hint}`);
  }
  const bytes = Math.round(Number(amount) * factor);
  if (!Number.isSafeInteger(bytes)) throw new InvalidValue(`${text} is too large`);
  return bytes;
}

/** The size in its largest whole unit, binary before decimal: `256MiB`, `500MB`, `1000001B`. */
export function formatSize(size: Bytes): string {
  if (size === 0) return "0B";
  const binary = ["TiB", "GiB", "MiB", "KiB"];
  const decimal = ["TB", "GB", "MB", "kB"];
  const unit = [...binary, ...decimal].find((unit) => size % (unitBytes[unit] ?? 1) === 0) ?? "B";
  return `${size / (unitBytes[unit] ?? 1)}${unit}`;
}
