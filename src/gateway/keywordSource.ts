// The entry of a GOPROXY list that ends it. (`direct` is direct/directSource.ts.)

import { SourceFailure, type Source } from "./source.ts";

function absence(name: string, text: string): Source {
  // 404, the status on which the go command goes on probing; chain.ts lets an outage of an earlier source outrank it.
  return { name, ask: () => Promise.reject(new SourceFailure("not-found", text)) };
}

/** `off`: nothing after this. The text is the go command's. */
export const offSource: Source = absence("off", "module lookup disabled by GOPROXY=off");
