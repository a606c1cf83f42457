import * as z from "zod";

/** Who holds a lock and what for, as the lock's file says in its fourth line. */
export interface LockHolder {
  /** `anna@laptop`, or what CI says of itself. */
  readonly owner: string;
  /** What for: "deploy 20261121-093015-3f2a91c". */
  readonly reason: string;
}

const holderSchema = z.object({ owner: z.string(), reason: z.string() });

/** undefined where the text is none that we wrote. */
export function parseLockHolder(text: string): LockHolder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
