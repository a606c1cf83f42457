// From a text and a project to an answer: what happened, why here, what to do, how to check it.

import { type Dockerfile, instructionLike } from "./dockerfile.ts";
import type { ErrorLine, ErrorText } from "./errorText.ts";
import { findMatches, type Match } from "./match.ts";
import { type Project, projectFile } from "./project.ts";
import { suspectLines } from "./suspectLines.ts";
import {
  type Case,
  type Cause,
  type Change,
  type Evidence,
  type Found,
  type Place,
  type Symptom,
  wordsOf,
} from "./symptom.ts";

export interface Explanation {
  readonly symptom: Symptom;
  readonly cause: string;
  /** Something in the project speaks for this cause; else it is what remains. */
  readonly isProven: boolean;
  readonly line: { readonly number: number; readonly text: string };
  readonly happened: string;
  readonly evidence: readonly Evidence[];
  readonly fix: string;
  readonly commands: readonly string[];
  readonly change: Change | undefined;
  readonly check: readonly string[];
}

export interface Answer {
  /** The likeliest first; empty: nothing in the text is known. */
  readonly explanations: readonly Explanation[];
  /** Where nothing is known: the lines that look like the cause. */
  readonly suspects: readonly { readonly number: number; readonly text: string }[];
  readonly notes: readonly string[];
}

const mostTold = 3;

export async function explain(text: ErrorText, project: Project, symptoms: readonly Symptom[]): Promise<Answer> {
  const matches = findMatches(text.lines, symptoms).slice(0, mostTold);
  const explanations: Explanation[] = [];
  for (const match of matches) explanations.push(await explainMatch(match, text, project));
  return {
    explanations,
    suspects: explanations.length > 0 ? [] : suspectLines(text.lines),
    notes: text.notes,
  };
}

async function explainMatch({ symptom, line, fields }: Match, text: ErrorText, project: Project): Promise<Explanation> {
  const place = await placeOf(line.text, project);
  const base: Case = {
    field: (name) => fields[name] ?? "",
    line: line.text,
    after: linesAfter(text, line),
    place,
    build: text.build,
    project,
  };
  const { cause, found } = await causeOf(symptom, base);
  const more = found?.fields ?? {};
  const told: Case = { ...base, field: (name) => more[name] ?? fields[name] ?? "" };
  const general = [...(await evidenceOfPlace(place, project)), ...(await evidenceOfStep(text, project))];
  const lines = (words: string): readonly string[] => words.split("\n").filter((each) => each !== "");
  return {
    symptom,
    cause: cause.id,
    isProven: found !== undefined && found.evidence.length > 0,
    line: { number: line.number, text: line.text },
    happened: wordsOf(cause.happened, told),
    evidence: unique([...(found?.evidence ?? []), ...general]),
    fix: wordsOf(cause.fix, told),
    commands: lines(wordsOf(cause.commands, told)),
    change: found?.change,
    check: lines(wordsOf(cause.check, told)),
  };
}

const linesLooked = 40;

function linesAfter({ lines }: ErrorText, line: ErrorLine): readonly string[] {
  const index = lines.indexOf(line);
  return lines.slice(index + 1, index + 1 + linesLooked).map(({ text }) => text);
}

async function causeOf({ id, causes }: Symptom, seen: Case): Promise<{ cause: Cause; found: Found | undefined }> {
  for (const cause of causes) {
    if (cause.when === undefined) return { cause, found: undefined };
    const found = await cause.when(seen);
    if (found !== undefined) return { cause, found };
  }
  throw new Error(`${id} has no cause that always holds`);
}

/** `main.go:4:2: …`, `/src/shop/main.go:7 +0x45`: the place as a file of the project. */
async function placeOf(text: string, project: Project): Promise<Place | undefined> {
  const [, file, line] =
    /(?:^|[\s(])((?:\.{0,2}\/)?[\w@%+=~.-][\w@%+=~./-]{0,300}\.\w{1,8}|[\w./-]{0,200}go\.mod):(\d{1,7})(?=[:\s]|$)/.exec(
      text,
    ) ?? [];
  if (file === undefined || line === undefined) return undefined;
  const own = projectFile(project, file);
  return own === undefined ? undefined : { file: own, line: Number(line) };
}

async function evidenceOfPlace(place: Place | undefined, project: Project): Promise<readonly Evidence[]> {
  if (place === undefined) return [];
  const text = (await project.lines(place.file))[place.line - 1];
  return text === undefined ? [] : [{ ...place, text: text.trim(), says: "the place that the message names" }];
}

/** The instruction that failed, where the text is a build's log. */
async function evidenceOfStep({ build }: ErrorText, project: Project): Promise<readonly Evidence[]> {
  if (build === undefined) return [];
  const says = "the instruction that failed";
  const files: readonly Dockerfile[] = await project.dockerfiles();
  for (const { file, instructions } of files) {
    const at = instructions.find(
      ({ line }) => build.source?.line === line && baseName(file) === baseName(build.source.file),
    );
    const found = at ?? instructionLike(instructions, build);
    if (found !== undefined) return [{ file, line: found.line, text: found.text, says }];
  }
  return [];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function unique(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  return evidence.filter(({ file, line }) => {
    const key = `${file}:${line}`;
    return !seen.has(key) && seen.add(key);
  });
}
