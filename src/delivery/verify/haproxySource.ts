// haproxy's own counters, by server: what each user's request to the new container became, as users saw it.
//
// Source: haproxy's management guide 9.1 (CSV format), `show stat`.

import { type Counters, type Source, SourceError } from "./sample.ts";

export interface HaproxyServer {
  readonly backend: string;
  readonly server: string;
}

/** `showStat` resolves to what `show stat` answers on haproxy's socket; what it throws counts as unreachable. */
export function haproxySource(server: HaproxyServer, showStat: (signal: AbortSignal) => Promise<string>): Source {
  return {
    read: async (signal) => {
      let csv: string;
      try {
        csv = await showStat(signal);
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        throw new SourceError("unreachable", `haproxy's counters: ${said}`, { cause: error });
      }
      return serverCounters(csv, server);
    },
  };
}

/**
 * Requests are the answers of that server, and what it did not answer: a refused connection (econ) and a broken answer
 * (eresp) reach the user as a 502 or 503 of haproxy's, and stand in no hrsp_ column of the server.
 *
 * @throws SourceError
 */
function serverCounters(csv: string, { backend, server }: HaproxyServer): Counters {
  const lines = csv.split("\n");
  const header = lines[0] ?? "";
  if (!header.startsWith("# pxname,svname,"))
    throw new SourceError("bad-answer", `haproxy answered with no statistics: ${JSON.stringify(csv.slice(0, 200))}`);
  const names = header.slice(2).split(",");
  const prefix = `${backend},${server},`;
  const fields = lines.find((line) => line.startsWith(prefix))?.split(",");
  if (fields === undefined)
    throw new SourceError("unknown-metric", `haproxy has no server ${server} in its backend ${backend}`);
  const value = (name: string): number => {
    const text = fields[names.indexOf(name)] ?? "";
    // A counter that does not apply, as hrsp_ in TCP mode, is empty.
    if (!/^\d+$/.test(text))
      throw new SourceError("bad-answer", `haproxy counts no ${name} for ${backend}/${server}: is it in mode http?`);
    return Number(text);
  };
  const answered = ["hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_other"].reduce((sum, name) => sum + value(name), 0);
  const errors = value("hrsp_5xx") + value("econ") + value("eresp");
  return { requests: answered + errors, errors };
}
