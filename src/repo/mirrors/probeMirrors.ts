// Sources asked by a small real request each, and which of them to take.

import type { Ask } from "../httpAsk.ts";
import type { Tool, ToolSetting } from "./toolSetting.ts";

export interface MirrorProbe {
  readonly url: string;
  /** Where it is named: the tool's setting, or fairlead.yaml. */
  readonly from: string;
  readonly works: boolean;
  readonly verdict: string;
  /** To the answer's head, the better of two. */
  readonly milliseconds: number | undefined;
}

export interface Recommendation {
  /** undefined: the setting stays as it is. */
  readonly value: string | undefined;
  readonly why: string;
}

/** Faster by less than this is no reason to change what works. */
const worthMs = 100;

/** Asks each; one after the other, so that they don't take each other's time. Twice: the first one pays for the way there. */
export async function probeMirrors(
  tool: Tool,
  candidates: readonly { readonly url: string; readonly from: string }[],
  ask: Ask,
): Promise<MirrorProbe[]> {
  const probes: MirrorProbe[] = [];
  for (const { url, from } of candidates) {
    const first = await probe(tool, url, ask);
    const second = first.works ? await probe(tool, url, ask) : first;
    const times = [first.milliseconds, second.milliseconds].filter((each) => each !== undefined);
    const best = times.length === 0 ? undefined : Math.min(...times);
    probes.push({ url, from, works: first.works && second.works, verdict: second.verdict, milliseconds: best });
  }
  return probes;
}

async function probe(
  tool: Tool,
  url: string,
  ask: Ask,
): Promise<Pick<MirrorProbe, "works" | "verdict" | "milliseconds">> {
  const target = new URL(url);
  if (!target.pathname.endsWith("/")) target.pathname += "/";
  target.pathname += tool.probePath;
  const { username, password } = target;
  target.username = "";
  target.password = "";
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  try {
    const headers = username === "" ? {} : { authorization: `Basic ${login}` };
    const { status, contentType, text, milliseconds } = await ask(target, { headers });
    const fault = status === 200 ? tool.judge(text, contentType) : `answers ${status} to ${tool.probePath}`;
    return { works: fault === undefined, verdict: fault ?? "ok", milliseconds };
  } catch (error) {
    return { works: false, verdict: error instanceof Error ? error.message : String(error), milliseconds: undefined };
  }
}

/** What the setting should be: what works stays, unless another source is twice as fast. */
export function recommend(tool: Tool, setting: ToolSetting, probes: readonly MirrorProbe[]): Recommendation {
  const working = probes
    .filter(({ works }) => works)
    .toSorted((a, b) => (a.milliseconds ?? Infinity) - (b.milliseconds ?? Infinity));
  const [best] = working;
  if (best === undefined) {
    const more = `name others in fairlead.yaml: mirrors.${tool.name}`;
    return {
      value: undefined,
      why: probes.length === 0 ? `there is nothing to ask; ${more}` : `none of them works; ${more}`,
    };
  }
  const first = probes.find(({ url }) => url === setting.urls[0]);
  if (first === undefined || !first.works)
    return {
      value: tool.withFirst(setting, best.url),
      why: first === undefined ? "none is set" : "the first one does not work",
    };
  const [was, would] = [first.milliseconds ?? 0, best.milliseconds ?? 0];
  if (best.url !== first.url && would * 2 < was && was - would > worthMs)
    return { value: tool.withFirst(setting, best.url), why: `${would} ms instead of ${was} ms` };
  return { value: undefined, why: "what is set works" };
}
