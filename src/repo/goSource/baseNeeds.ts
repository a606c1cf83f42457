/** What code asks of the image around it, beside its own files: certificates to trust, and time zones. */
import { callsOf } from "./calls.ts";
import { type Constants, evaluate } from "./constants.ts";
import type { Token } from "../../gomod/source/tokens.ts";

export interface BaseNeed {
  readonly kind: "certificates" | "zones";
  /** `http.Get("https://…")`, `time.LoadLocation("Europe/Berlin")`: as short as that. */
  readonly call: string;
  /** In bytes. */
  readonly start: number;
}

/** Of net/http: what talks to a server of somebody else's. */
const clientCalls: ReadonlySet<string> = new Set(["Get", "Head", "Post", "PostForm", "LoadLocation"]);

/** Only what constants say for sure: an https URL asked for, a zone by its name. */
export function baseNeeds(tokens: readonly Token[], constants: Constants): readonly BaseNeed[] {
  return callsOf(tokens, (name) => clientCalls.has(name)).flatMap(({ receiver, name, args, start }): BaseNeed[] => {
    const value = evaluate(args[0] ?? [], constants);
    if (typeof value !== "string") return [];
    if (receiver === "time" && name === "LoadLocation")
      return /^[A-Z]\w+(\/[\w+-]+)+$/.test(value)
        ? [{ kind: "zones", call: `time.LoadLocation(${JSON.stringify(value)})`, start }]
        : [];
    if (name === "LoadLocation" || receiver === undefined || !/^https:\/\/[\w.-]+/.test(value)) return [];
    return [{ kind: "certificates", call: `${receiver}.${name}(${JSON.stringify(value.slice(0, 60))})`, start }];
  });
}
