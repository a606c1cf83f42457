/**
 * What a client of a checksum database needs from outside. All methods may be called again before an earlier call is done.
 * A method that rejects ends the lookup, but where it says otherwise.
 */
export interface ClientOps {
  /**
   * What the server, or a proxy before it, answers for that path, which begins with `/lookup/` or `/tile/`. Rejects for any
   * status but 200, with a message for the user. It bounds what it reads: tiles have at most 32 × 2^height bytes, an answer
   * to a lookup is a few hundred.
   */
  readRemote(path: string): Promise<Uint8Array>;

  /**
   * A file of the configuration: `"key"`, the verifier key; or `<name>/latest`, the latest signed tree head that is known,
   * empty at first. This one is the client's memory: where it is lost, a database may show another history.
   */
  readConfig(file: string): Promise<Uint8Array>;

  /**
   * Replaces `<name>/latest`, at once and only if it is still `old`; else `"conflict"`. Other processes may share it.
   */
  writeConfig(file: string, old: Uint8Array, replacement: Uint8Array): Promise<"written" | "conflict">;

  /** A file of the cache, such as `<name>/lookup/example.com/m@v1.0.0`; `undefined` where it isn't, also if it rejects. */
  readCache(file: string): Promise<Uint8Array | undefined>;

  /** Keeps a file that was verified. If it rejects, that is logged. */
  writeCache(file: string, data: Uint8Array): Promise<void>;

  /** What an operator may want to know, and nothing ends because of. */
  log(message: string): void;

  /**
   * The database is caught lying: it has signed two histories. `message` is the proof, several lines. The go command prints
   * it and exits; whoever goes on should not use this database again. The lookup then rejects with `securityError`.
   */
  securityError(message: string): void;
}
