// A workflow file as GitHub Actions reads it. https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax

import type { CiFile, CiJob, CiPipeline, CiStep, CiVariables } from "./ciFile.ts";
import { scriptCommands } from "./script.ts";
import { entriesOf, itemsOf, nodeAt, readYamlTree, textOf, type YamlNode, type YamlScalar } from "./yamlTree.ts";

/** Runs here as the POSIX shells do; another shell's script is not read. */
const shells = /^(bash|sh|\/bin\/(ba)?sh)\b/;

export function readGithubPipeline(file: string, text: string): CiPipeline {
  const read: CiFile = { vendor: "github", ...readYamlTree(file, text, "1.2") };
  const root = read.root?.kind === "map" ? read.root : undefined;
  const outer = environment(nodeAt(root, "env"), new Map());
  const jobs = entriesOf(nodeAt(root, "jobs")).flatMap(([name, { key, value }]): CiJob[] => {
    if (value.kind !== "map") return [];
    const variables = environment(nodeAt(value, "env"), outer);
    const container = nodeAt(value, "container");
    const image = container?.kind === "map" ? nodeAt(container, "image") : container;
    const steps: CiStep[] = [];
    const job: CiJob = {
      vendor: "github",
      name,
      key,
      node: value,
      own: value,
      variables,
      image: image?.kind === "scalar" && image.value !== null ? image : undefined,
      steps,
    };
    const runsOn = itemsOf(nodeAt(value, "runs-on")).map(textOf).join(" ");
    for (const step of itemsOf(nodeAt(value, "steps"))) {
      const script = scalarAt(step, "run");
      const shell = textOf(
        nodeAt(step, "shell") ?? nodeAt(value, "defaults", "run", "shell") ?? nodeAt(root, "defaults", "run", "shell"),
      );
      const isPosix = shell === "" ? !/windows/i.test(runsOn) : shells.test(shell);
      steps.push({
        job,
        script,
        commands: script === undefined || !isPosix ? [] : scriptCommands(script),
        uses: scalarAt(step, "uses"),
        with: nodeAt(step, "with"),
        shell: shell === "" ? undefined : shell,
        folder: textOf(
          nodeAt(step, "working-directory") ??
            nodeAt(value, "defaults", "run", "working-directory") ??
            nodeAt(root, "defaults", "run", "working-directory"),
        ),
        variables: environment(nodeAt(step, "env"), variables),
        part: "run",
      });
    }
    return [job];
  });
  return { vendor: "github", files: [read], root, jobs, templates: new Set(), hasForeign: false, missing: [] };
}

function scalarAt(node: YamlNode, name: string): YamlScalar | undefined {
  const found = nodeAt(node, name);
  return found?.kind === "scalar" && found.value !== null ? found : undefined;
}

function environment(node: YamlNode | undefined, outer: CiVariables): CiVariables {
  const found = new Map(outer);
  for (const [name, { value }] of entriesOf(node)) if (value.kind === "scalar") found.set(name, value);
  return found;
}
