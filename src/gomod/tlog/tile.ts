/**
 * Tiles: a tree cut into pieces that can be stored, served and cached as files. A tile of height h at level l has up to 2^h
 * hashes that stand side by side at level h × l of the tree; what is above them, up to the next tile's level, is computed
 * from them. A full tile never changes (research.swtch.com/tlog, "Tiling a log").
 */
import { ModuleError } from "../error.ts";
import { quote } from "../quote.ts";

/** Which tile. */
export interface Tile {
  /** Height, from 1 to 30. A log's tiles all have the same; Go's have 8. */
  readonly h: number;
  /** Level, from 0 to 63; -1 for the records themselves. */
  readonly l: number;
  /** Number within the level, from 0. */
  readonly n: number;
  /** Width: how many hashes it has, from 1 to 2^h. With fewer than 2^h it is a partial one, at the end of the log. */
  readonly w: number;
}

/**
 * A tile's path, `tile/<h>/<l>/<n>`, with `.p/<w>` if it is partial. `n` goes by three digits, with an `x` before all but
 * the last, so that no folder has more than a few thousand names: { h: 3, l: 4, n: 1234067, w: 1 } is
 * `tile/3/4/x001/x234/067.p/1`. Level -1, the records themselves, is called `data`.
 */
export function tilePath({ h, l, n, w }: Tile): string {
  let number = threeDigits(n % 1000);
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    number = `x${threeDigits(rest % 1000)}/${number}`;
  }
  return `tile/${h}/${l === -1 ? "data" : l}/${number}${w === 2 ** h ? "" : `.p/${w}`}`;
}

function threeDigits(n: number): string {
  return String(n).padStart(3, "0");
}

const syntax = /^tile\/([0-9]+)\/(data|[0-9]+)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]+))?$/;

/**
 * Parses a tile's path. A tile has one path only, so what {@link tilePath} would write in another way is refused, and so is
 * a tile with a number beyond 2^53 - 1.
 *
 * @throws ModuleError `invalidTile`: `malformed tile path "…"`.
 */
export function parseTilePath(path: string): Tile {
  const [, height = "", level = "", number = "", width] = syntax.exec(path) ?? [];
  const h = Number(height);
  const tile: Tile = {
    h,
    l: level === "data" ? -1 : Number(level),
    n: Number(number.replace(/[x/]/g, "")),
    w: width === undefined ? 2 ** h : Number(width),
  };
  const isTile =
    h >= 1 &&
    h <= 30 &&
    tile.w >= 1 &&
    Number.isSafeInteger(tile.l) &&
    Number.isSafeInteger(tile.n) &&
    tile.w <= 2 ** h;
  if (isTile && tilePath(tile) === path) return tile;
  throw new ModuleError("invalidTile", `malformed tile path ${quote(path)}`);
}
