import { type Aim, aims, type Experiment, experiments, limits } from "./experiments.ts";
import type { Options } from "./options.ts";
import type { Absent, Peer } from "./peer.ts";
import type { Project } from "./project.ts";
import { median, type Sample, type Samples } from "./samples.ts";

export interface Run {
  readonly options: Options;
  readonly machine: readonly (readonly [name: string, value: string])[];
  readonly project: Project;
  readonly peers: readonly Peer[];
  readonly absent: readonly Absent[];
  readonly samples: Samples;
}

const subject = "Fairlead";

/** The whole run as Markdown: aims first, then every experiment with its medians and ratios, memory, how it was done. */
export function report(run: Run): string {
  const ran = experiments.filter(({ id }) => run.samples.values.some((sample) => sample.experiment === id));
  return [
    "# The gateway beside its peers",
    "Written by `make bench`. Absolute numbers are this machine's on this day; only ratios within one run say something.",
    section("Aims", aimTable(run, ran)),
    ...ran.map((experiment) => section(sentence(experiment.title), experimentTable(run, experiment))),
    section("Peak memory", memoryTable(run)),
    ...notes(run),
    section("How it was measured", method(run)),
    section("Machine and programs", table(["", ""], [...run.machine, ...run.peers.map((p) => [p.name, p.version])])),
  ].join("\n\n");
}

/** Fairlead's value over the other's; for rates more is better, for times less. */
function ratio({ samples }: Run, experiment: string, other: string): number | undefined {
  const [ours, theirs] = [samples.median(experiment, subject), samples.median(experiment, other)];
  return ours === undefined || theirs === undefined ? undefined : ours / theirs;
}

/** What the server's core would do if nothing else bounded it; for times, the seconds it was busy. */
function perBusyCore({ value, observed }: Sample, unit: Experiment["unit"]): number {
  return unit === "s" ? value * observed.load : value / observed.load;
}

function aimTable(run: Run, ran: readonly Experiment[]): string {
  const rows = aims.flatMap((aim) =>
    ran
      .filter(({ id }) => aim.experiments.includes(id))
      .map((experiment) => {
        const measured = ratio(run, experiment.id, aim.against);
        return [
          experiment.title,
          aim.against,
          `${experiment.unit === "s" ? "≤" : "≥"} ${aim.ratio.toFixed(1)}`,
          measured?.toFixed(2) ?? "–",
          measured === undefined ? "not measured" : reached(aim, experiment, measured) ? "reached" : "**missed**",
        ];
      }),
  );
  return table(["", "Fairlead ÷", "aim", "measured", ""], rows);
}

function reached(aim: Aim, { unit }: Experiment, measured: number): boolean {
  return unit === "s" ? measured <= aim.ratio : measured >= aim.ratio;
}

function experimentTable(run: Run, { id, unit }: Experiment): string {
  const names = [subject, ...Object.values(limits), ...run.peers.map(({ name }) => name).filter((n) => n !== subject)];
  const rows = names.flatMap((name) => {
    const samples = run.samples.of(id, name);
    const middle = run.samples.median(id, name);
    if (middle === undefined) return [];
    const values = samples.map(({ value }) => value);
    const load = median(samples.map(({ observed }) => observed.load));
    const others = median(samples.map(({ observed }) => observed.others));
    return [
      [
        name,
        show(middle, unit),
        `${show(Math.min(...values), unit)} – ${show(Math.max(...values), unit)}`,
        name === subject ? "" : (ratio(run, id, name)?.toFixed(2) ?? "–"),
        show(median(samples.map((sample) => perBusyCore(sample, unit))) ?? 0, unit),
        percent(load),
        percent(others),
        String(samples.length),
      ],
    ];
  });
  const heading = unit === "s" ? "seconds" : unit === "bytes/s" ? "MB/s" : "requests/s";
  return table(
    [
      "",
      `median ${heading}`,
      "lowest – highest",
      "Fairlead ÷ it",
      unit === "s" ? "core 0 busy, s" : "per busy core",
      "core 0",
      "others",
      "rounds",
    ],
    rows,
  );
}

function memoryTable({ samples, peers }: Run): string {
  const parts = ["serving", "warm", "cold", "cold-small"].filter((part) =>
    samples.memory.some((each) => each.part === part),
  );
  const rows = peers.map(({ name }) => [
    name,
    ...parts.map((part) => {
      const bytes = samples.peakMemory(part, name);
      return bytes === undefined ? "–" : `${Math.round(bytes / 2 ** 20)} MiB`;
    }),
  ]);
  return `The highest VmHWM of any round, summed over the server's processes.\n\n${table(["", ...parts], rows)}`;
}

function notes({ absent, peers, samples }: Run): string[] {
  const lines = [
    ...absent.map(({ name, reason }) => `${name} is absent: ${reason}`),
    ...samples.failures.map(({ part, subject, reason }) => `${subject} fell out of part ${part}: ${reason.trim()}`),
    ...new Set(peers.flatMap((peer) => peer.notes)),
  ];
  return lines.length === 0 ? [] : [section("Notes", lines.map((line) => `- ${line}`).join("\n"))];
}

function method({ options, project }: Run): string {
  return [
    `- ${options.rounds} rounds; in each every server is started, measured and ended alone, one after the other, so that whatever the machine does besides hits all alike. Medians over the rounds.`,
    "- Server on core 0; wrk (one thread) or the go command on core 1, the recorded upstream on core 2 where there is one, else on core 1.",
    `- wrk: 32 connections for small files, 8 for the 3 MB and 4 for the 50 MB zip, ${options.seconds} s each, after 1 s of warming for the small files and for the zips; every answer is compared with the file before. A run with one failed request counts for nothing.`,
    "- Every server holds the same files, as hard links, and writes its access log to a file. Configurations: bench/gateway/peers/.",
    `- Modules: those of ${project.name} (test/fixtures/projects, ${project.modules} with their zip), as the go command lays them down, and two made ones with large zips.`,
    `- \`go mod download\` of ${project.name} into a fresh GOMODCACHE each time, in memory (/dev/shm) where the machine has that, checksum database off, eight modules at a time (GOMAXPROCS=8). Cold: an empty server before a recorded upstream on loopback that answers everything after ${options.latency} ms.`,
    "- Asked for a .mod alone, goproxy and Athens fetch its zip too: for the large project that is a thousand zips which nobody asked for, so they have cold rounds for the small project only (the modules of bench/gateway/peers/goproxy).",
    "- *Core 0* is how busy the server's core was, kernel work included; below 100 % something else was the limit: wrk, the go command, or waiting. *Others* is what foreign programs and the hypervisor took of the cores in use, in shares of one core (medians). A wrk run in which they took more than a tenth is repeated up to twice, and the one they disturbed least counts.",
  ].join("\n");
}

function show(value: number, unit: Experiment["unit"]): string {
  if (unit === "s") return value.toFixed(2);
  return Math.round(unit === "bytes/s" ? value / 1e6 : value).toLocaleString("en");
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${Math.round(share * 100)} %`;
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
