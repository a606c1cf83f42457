import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import type { ErrorText } from "../../doctor/explain/errorText.ts";
import { explain } from "../../doctor/explain/explain.ts";
import { symptomPage } from "../../doctor/explain/symptomPage.ts";
import { symptoms } from "../../doctor/explain/symptoms.ts";
import { rulePage } from "../../doctor/rulePage.ts";
import { rules } from "../../doctor/rules.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { explainedProject } from "../explainedProject.ts";
import { formatAnswer } from "../print/answer.ts";
import { answerJson } from "../print/answerJson.ts";
import { addFormatOptions, printJson } from "../print/format.ts";
import { ErrorTextReader, readErrorText } from "../readErrorText.ts";

const examples = `
Examples:
  go build ./... 2>&1 | fairlead explain -
  docker build . 2> build.log || fairlead explain build.log
  fairlead explain job.log --dir ~/src/shop --json     a log as GitLab or GitHub keep it
  fairlead explain "go: inconsistent vendoring in /src"
  fairlead explain go/missing-sum-entry                what is known about it
  fairlead explain docker/env-lost-between-runs        a rule of fairlead doctor

Read are texts of go, docker (BuildKit's plain and rawjson progress, the classic
builder), git, ssh, npm and the kubelet, with what CI systems put before each line.
The files of the project decide between the causes; nothing of it is run.

Exit status: 0 explained; 1 nothing in the text is known; 2 there is no such file.`;

interface Options {
  readonly dir: string;
  readonly format: string;
}

export function command(): Command {
  const explain = new Command("fairlead explain")
    .description("Say what an error means in this project, and what to do.")
    .argument(
      "<what>",
      "a file with the text, - for standard input, the text itself, or the name of a symptom or of a rule",
    )
    .option("--dir <folder>", "the project", ".");
  return addFormatOptions(explain).addHelpText("after", examples).action(run);
}

async function run(what: string, { dir, format }: Options): Promise<void> {
  const known = symptoms.find(({ id }) => id === what);
  if (known !== undefined) {
    if (format === "json") printJson({ symptom: known.id, title: known.title, page: symptomPage(known) });
    else process.stdout.write(symptomPage(known));
    return;
  }
  const rule = rules.find(({ id }) => id === what);
  if (rule !== undefined) {
    if (format === "json") printJson({ rule: rule.id, title: rule.title, page: rulePage(rule) });
    else process.stdout.write(rulePage(rule));
    return;
  }
  const text = await read(what);
  const answer = await explain(text, await explainedProject(resolve(dir)), symptoms);
  if (format === "json") printJson(answerJson(answer));
  else process.stdout.write(formatAnswer(answer, process.stdout.columns ?? 100));
  if (answer.explanations.length === 0) process.exitCode = exitCode.findings;
}

async function read(what: string): Promise<ErrorText> {
  try {
    if (what === "-") return await readErrorText(process.stdin);
    if (statSync(what, { throwIfNoEntry: false })?.isFile() === true)
      return await readErrorText(createReadStream(what));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new CommandError(`can't read the text: ${said}`, exitCode.usage, { cause: error });
  }
  if (!/\s/.test(what)) {
    throw new CommandError(
      `there is no file ${JSON.stringify(what)}, and no symptom or rule of that name\ndocs/explain.md lists the symptoms, docs/doctor.md the rules; a text with blanks in it is explained itself`,
      exitCode.usage,
    );
  }
  const reader = new ErrorTextReader();
  reader.push(what);
  return reader.end();
}
