import { ErrorTextReader } from "../../src/cli/readErrorText.ts";
import { type Answer, explain } from "../../src/doctor/explain/explain.ts";
import { readProject } from "../../src/doctor/explain/project.ts";
import { symptoms } from "../../src/doctor/explain/symptoms.ts";

/** What is said about a text in a project of these files. */
export function explained(text: string, files: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const reader = new ErrorTextReader();
  reader.push(text);
  const names = Object.keys(files).sort();
  const project = readProject({ files: names, has: (path) => path in files, read: async (path) => files[path] });
  return explain(reader.end(), project, symptoms);
}
