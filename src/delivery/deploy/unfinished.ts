// What an earlier deploy that did not come to its end has left, and what is to be done about it first. Pure.
import { isDeepStrictEqual } from "node:util";
import { findRelease, type HostRecord } from "../release/record.ts";
import type { ReleaseSpec } from "../release/release.ts";

export type Unfinished =
  | { readonly kind: "none" }
  /** The same release is wanted: go on where it stopped. */
  | { readonly kind: "resume"; readonly release: string }
  /** It serves on every host, but was not watched to the end: it stays, and the new deploy begins from there. */
  | { readonly kind: "settle"; readonly release: string }
  /** Hosts differ, or it was found bad: back to what served before, everywhere it had come. */
  | { readonly kind: "revert"; readonly release: string; readonly why: string }
  /** An interrupted rollback comes first. */
  | { readonly kind: "blocked"; readonly release: string };

/** What is wanted now: a release to deploy, or one to go back to. */
export type Wanted =
  | { readonly kind: "deploy"; readonly spec: ReleaseSpec }
  | { readonly kind: "rollback"; readonly release: string };

/** Two specs that make the same container in the same way. */
export function sameRelease(a: ReleaseSpec, b: ReleaseSpec): boolean {
  return isDeepStrictEqual(essence(a), essence(b));
}

function essence({ release: _r, by: _b, at: _a, commit: _c, tag: _t, ...rest }: ReleaseSpec): unknown {
  // Written and read again: one of the two has been, and has its absent members as absent ones do then.
  return JSON.parse(JSON.stringify(rest));
}

/** `records` of all hosts of the environment. */
export function unfinished(records: readonly HostRecord[], wanted: Wanted): Unfinished {
  const open = records.flatMap((record) => (record.open === undefined ? [] : [record.open]));
  const [first] = open;
  if (first === undefined) return { kind: "none" };
  const { release, id } = first;
  if (open.some(({ kind }) => kind === "rollback")) {
    const asked = wanted.kind === "rollback" && wanted.release === release;
    const everywhere = records.every((record) => record.serving === release);
    if (asked) return { kind: "resume", release };
    return { kind: everywhere ? "settle" : "blocked", release };
  }
  const revert = (why: string): Unfinished => ({ kind: "revert", release, why });
  if (open.some((each) => each.id !== id)) return revert("several deploys were left unfinished");
  if (open.some(({ phase }) => phase === "reverting")) return revert("its way back was interrupted");
  const entries = records.flatMap((record) => findRelease(record, release) ?? []);
  const bad = entries.find(({ verdict }) => verdict === "failed" || verdict === "error");
  if (bad !== undefined) return revert(`it was found ${bad.verdict}: ${bad.reason}`);
  if (wanted.kind === "rollback") return revert("a rollback is wanted");
  const spec = entries[0]?.spec;
  if (spec !== undefined && sameRelease(spec, wanted.spec)) return { kind: "resume", release };
  const everywhere = records.every((record) => record.serving === release && record.open?.phase !== "switching");
  return everywhere ? { kind: "settle", release } : revert("it had not come to every host");
}
