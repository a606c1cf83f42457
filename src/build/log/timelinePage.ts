// The timeline of a build as one HTML file: no script, nothing loaded, readable in light and dark. Every text in it comes
// from the log and is anybody's: all of it is escaped, and the page's own policy forbids whatever would get through.

import type { Step } from "./buildLog.ts";
import { formatBytes, formatSeconds } from "./format.ts";
import type { BuildReport, ReportRow } from "./report.ts";
import { shortName, withoutMounts } from "./stepName.ts";

/** `title`: where the log came from. */
export function timelinePage(report: BuildReport, title: string): string {
  const { log } = report;
  const words = { done: "built", failed: "failed", cancelled: "cancelled", unfinished: "not finished" };
  const estimated =
    log.times === "estimated"
      ? "<p class=note>The log has no timestamps: starts are estimated from the order of its lines.</p>"
      : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}: build timeline</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escape(title)}</h1>
<p><b class="${log.outcome}">${words[log.outcome]}</b> in ${formatSeconds(log.seconds)} · ${cachedText(report)}</p>
${estimated}
</header>
${failureHtml(report)}
<section aria-label="Timeline">
<div class="row axis"><span></span><span></span><div class="lane">${axis(log.seconds)}</div></div>
${report.rows.map((row) => rowHtml(row, report)).join("\n")}
</section>
<p class="legend"><i class="done"></i> ran <i class="cached"></i> from the cache <i class="internal"></i> the builder's own <i class="failed"></i> failed <i class="cancelled"></i> cancelled or cut off. Open a row for what it wrote.</p>
${worstHtml(report)}
${warningsHtml(report)}
</body>
</html>
`;
}

function cachedText({ rows }: BuildReport): string {
  const instructions = rows.filter(({ step }) => step.index !== undefined && step.kind !== "from");
  const hits = instructions.filter(({ cache }) => cache.kind === "hit").length;
  return `${hits} of ${instructions.length} instructions from the cache`;
}

/** About six marks, at round seconds. */
function axis(total: number): string {
  if (total <= 0) return "";
  const rough = total / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const marks: string[] = [];
  for (let index = 0; index * step <= total && index < 20; index++) {
    const at = index * step;
    const text = step < 1 ? at.toFixed(Math.min(3, Math.ceil(-Math.log10(step)))) : String(at);
    if (at / total < 0.96) marks.push(`<span class=tick style="left:${percent(at / total)}">${text} s</span>`);
  }
  return marks.join("");
}

function rowHtml({ step, cache, share }: ReportRow, { log }: BuildReport): string {
  const total = Math.max(log.seconds, 0.001);
  const start = Math.min(step.start ?? 0, total);
  const seconds = step.seconds ?? 0;
  const width = Math.min(Math.max((step.end ?? start + seconds) - start, seconds), total - start);
  const isOwn = step.index === undefined;
  const state =
    step.state === "done" && isOwn
      ? "internal"
      : step.state === "running" || step.state === "waiting"
        ? "cancelled"
        : step.state;
  const bar = `<span class="bar ${state}" style="left:min(${percent(start / total)},calc(100% - 3px));width:${percent(width / total)}"></span>`;
  const place = isOwn ? "" : `<span class=place>${escape(shortName(step))}</span> `;
  const time = step.seconds === undefined ? "–" : formatSeconds(step.seconds);
  const head = `<span class=name title="${escape(step.name)}">${place}${escape(withoutMounts(step.instruction))}</span><span class=time>${time}</span><div class="lane">${bar}</div>`;
  return `<details id="s${step.id}"${step.state === "failed" ? " open" : ""}><summary class="row">${head}</summary>${detailsHtml(step, cache.text, share, log.steps)}</details>`;
}

function detailsHtml(step: Step, cached: string, share: number, steps: readonly Step[]): string {
  const after = step.after
    .flatMap((id) => steps[id - 1] ?? [])
    .map((each) => `<a href="#s${each.id}">${escape(shortName(each))}</a>`);
  const facts = [
    ["step", escape(step.name)],
    ["cached", escape(cached)],
    ["share", share >= 0.005 ? `${Math.round(share * 100)}% of the build's time` : ""],
    ["starts after", after.join(", ")],
    ["received", step.transferred > 0 ? formatBytes(step.transferred) : ""],
    ["error", escape(step.error ?? "")],
  ].filter(([, text]) => text !== "");
  const log = step.log.length === 0 ? "" : `<pre>${escape(step.log.join("\n"))}</pre>`;
  return `<div class=facts><dl>${facts.map(([name, text]) => `<dt>${name}</dt><dd>${text}</dd>`).join("")}</dl>${log}</div>`;
}

function failureHtml({ log }: BuildReport): string {
  if (log.failure === undefined) return "";
  const { step: id, line, exitCode, message, source } = log.failure;
  const step = id === undefined ? undefined : log.steps[id - 1];
  const where =
    step === undefined ? "The build failed" : `<a href="#s${step.id}">${escape(shortName(step))}</a> failed`;
  const place = source === undefined ? "" : ` · ${escape(source.file)}:${source.line}`;
  const status = exitCode === undefined ? "" : ` with exit code ${exitCode}`;
  return `<section class=failure><p><b>${where}${status}</b>${place}</p><pre>${escape(line)}</pre><p class=note>${escape(message)}</p></section>`;
}

function worstHtml({ log, worst }: BuildReport): string {
  if (worst.length === 0) return "";
  const items = worst.map(({ step: id, what, advice }) => {
    const step = log.steps[id - 1];
    if (step === undefined) return "";
    return `<li><a href="#s${id}">${escape(shortName(step))}</a>, ${formatSeconds(step.seconds ?? 0)}: ${escape(what)}<br>${escape(advice)}</li>`;
  });
  return `<section><h2>What took longest</h2><ol>${items.join("")}</ol></section>`;
}

function warningsHtml({ log }: BuildReport): string {
  if (log.warnings.length === 0) return "";
  const items = log.warnings.map(({ rule, text, line }) => {
    const place = line === undefined ? "" : ` (line ${line} of the Dockerfile)`;
    return `<li>${rule === undefined ? "" : `<b>${escape(rule)}</b>: `}${escape(text)}${place}</li>`;
  });
  return `<section><h2>Warnings</h2><ul>${items.join("")}</ul></section>`;
}

function percent(share: number): string {
  return `${(Math.min(1, Math.max(0, share)) * 100).toFixed(3)}%`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For text and for quoted attributes. */
function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

const style = `
:root{color-scheme:light dark;--text:#1d2329;--dim:#5b6670;--back:#fff;--line:#dfe4e8;--done:#2f6fb3;--cached:#3f9a5f;--internal:#9aa6b1;--failed:#c8372d;--cancelled:#c98a1b;--soft:#f4f6f8}
@media(prefers-color-scheme:dark){:root{--text:#e3e8ec;--dim:#98a4ae;--back:#14181c;--line:#2c343b;--done:#5b9ee0;--cached:#58b77a;--internal:#66727c;--failed:#f0695f;--cancelled:#e0aa48;--soft:#1c2227}}
*{box-sizing:border-box}
body{font:14px/1.45 system-ui,sans-serif;color:var(--text);background:var(--back);margin:0 auto;padding:24px;max-width:1400px}
h1{font-size:20px;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:16px;margin:24px 0 8px}p{margin:4px 0}a{color:inherit}
b.done{color:var(--cached)}b.failed{color:var(--failed)}b.cancelled,b.unfinished{color:var(--cancelled)}
.note{color:var(--dim)}
.row{display:grid;grid-template-columns:minmax(180px,38%) 84px 1fr;gap:12px;align-items:center;min-height:26px;border-bottom:1px solid var(--line)}
summary{cursor:pointer;list-style:none}summary::-webkit-details-marker{display:none}summary:hover{background:var(--soft)}
.name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-family:ui-monospace,monospace;font-size:12.5px}
.place{color:var(--dim)}
.time{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.lane{position:relative;height:22px}
.bar{position:absolute;top:4px;height:14px;min-width:3px;border-radius:2px}
.done.bar,i.done{background:var(--done)}.cached.bar,i.cached{background:var(--cached)}.internal.bar,i.internal{background:var(--internal)}.failed.bar,i.failed{background:var(--failed)}.cancelled.bar,i.cancelled{background:var(--cancelled)}
.tick{position:absolute;border-left:1px solid var(--line);padding-left:4px;color:var(--dim);font-size:12px;white-space:nowrap}
.axis{border-bottom:1px solid var(--line);position:sticky;top:0;background:var(--back);z-index:1}
.facts{padding:8px 12px 12px;background:var(--soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 12px;margin:0}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
pre{margin:8px 0 0;padding:8px;background:var(--back);border:1px solid var(--line);border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:12.5px;max-height:420px;overflow:auto}
.failure{border-left:4px solid var(--failed);padding:4px 12px;margin:12px 0;background:var(--soft)}
.legend{color:var(--dim);margin-top:8px}.legend i{display:inline-block;width:12px;height:12px;border-radius:2px;margin:0 2px 0 10px;vertical-align:-1px}
li{margin-bottom:8px}
`;
