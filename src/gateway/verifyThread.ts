// The checking thread: everything here may block, nobody waits for its event loop.

import { parentPort } from "node:worker_threads";
import { goModOfZip, hashModuleZip } from "../storage/moduleZip.ts";
import type { VerifyReply, VerifyRequest } from "./verifier.ts";

parentPort?.on("message", (request: VerifyRequest) => {
  void hashModuleZip(request.path, request.module, request.version).then(
    (hash) => answer({ id: request.id, hash, goMod: goModOfZip(request.path, request.module, request.version) }),
    (error: unknown) => answer({ id: request.id, refused: error instanceof Error ? error.message : String(error) }),
  );
});

function answer(reply: VerifyReply): void {
  parentPort?.postMessage(reply);
}
