import { ModuleError } from "../error.ts";

/** The error with what was being done before its message. What is no ModuleError came from the operations that were given. */
export function explained(doing: string, error: unknown): ModuleError {
  const code = error instanceof ModuleError ? error.code : "operationFailed";
  const message = error instanceof Error ? error.message : String(error);
  return new ModuleError(code, `${doing}: ${message}`, { cause: error });
}
