// The recorded upstream as a process of its own, so that it can be pinned to a core:
//   node upstreamProcess.ts <real upstream> <latency in ms>
// It tells its parent its URL, and on any message how many answers came from the real upstream so far.
import { subscribe } from "node:diagnostics_channel";
import { RecordedUpstream } from "../../test/harness/recordedUpstream.ts";

const [upstream = "", latency = ""] = process.argv.slice(2);

let fetched = 0;
// What fetch() reports of itself (https://undici.nodejs.org/#/docs/api/DiagnosticsChannel).
subscribe("undici:request:create", () => fetched++);

const { url } = await RecordedUpstream.start({ upstream, latency: Number(latency) });
process.send?.({ url });
process.on("message", () => process.send?.({ fetched }));
// Without a parent there is nobody to serve.
process.on("disconnect", () => process.exit());
