import { errnoOf } from "../../storage/storageError.ts";
import { ImageError } from "../imageError.ts";

/** What the system says of a file or folder, as an image's error; anything else as it is. */
export function diskFault(error: unknown, what: string): unknown {
  if (error instanceof ImageError) return error;
  const code = errnoOf(error);
  if (!(error instanceof Error) || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const advice =
    code === "EACCES" || code === "EPERM"
      ? "this user may not read it"
      : code === "ENOSPC" || code === "EDQUOT"
        ? "the disk has no room for a copy; TMPDIR names another place for it"
        : error.message;
  return new ImageError(code === "ENOENT" ? "not-found" : "unreadable", `${what}: ${advice} (${code})`, {
    cause: error,
  });
}
