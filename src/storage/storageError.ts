/** What went wrong with bytes or rows, so that callers can decide without reading messages. */
export type StorageErrorCode = "no-space" | "no-permission" | "name-too-long" | "io" | "schema-too-new";

/** The storage room's error. `code` is for programs, `message` for people, `cause` keeps what the system said. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Translates a system error met while doing `what` into a StorageError that says what to do next. */
export function storageError(what: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const system = errnoOf(cause);
  switch (system) {
    case "ENOSPC":
    case "EDQUOT":
      return new StorageError(
        "no-space",
        `${what}: no space left on the disk that holds the data folder; free some, then try again`,
        { cause },
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new StorageError(
        "no-permission",
        `${what}: ${system}: this user may not write there; check the owner and mode of the data folder`,
        { cause },
      );
    case "ENAMETOOLONG":
      return new StorageError("name-too-long", `${what}: the name is longer than the file system allows`, { cause });
    case "ERR_SQLITE_ERROR":
      if (sqliteCode(cause) === sqliteFull) {
        return new StorageError(
          "no-space",
          `${what}: no space left for the database in the data folder; free some, then try again`,
          { cause },
        );
      }
      return new StorageError("io", `${what}: the database failed: ${textOf(cause)}`, { cause });
    default:
      return new StorageError("io", `${what}: ${textOf(cause)}`, { cause });
  }
}

/** The errno name (`ENOENT`, …) of a system error, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** SQLITE_FULL, https://www.sqlite.org/rescode.html#full */
const sqliteFull = 13;

function sqliteCode(error: unknown): number | undefined {
  // The low byte is the primary result code.
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
