/**
 * What the build context leaves out: what no build reads, so that a change to it rebuilds nothing, and what must not get into
 * an image by accident. A line that would hide something the build reads is left out, or taken back for just that.
 */
import type { GoProject } from "../../repo/goProject.ts";
import type { DockerfileRecipe } from "./recipe.ts";
import { ignoreMatcher } from "../../repo/ignorePattern.ts";

interface Section {
  readonly title: string;
  readonly patterns: readonly string[];
  /** Written whether there is such a file now or not. */
  readonly always: boolean;
}

const sections: readonly Section[] = [
  {
    title: "Version control: the revision comes as a build argument, so a commit by itself rebuilds nothing",
    patterns: [".git", ".gitignore", ".gitattributes", ".gitmodules"],
    always: true,
  },
  {
    title: "Secrets: whoever needs them at build time mounts them",
    patterns: ["**/.env", "**/.env.*", "**/*.pem", "**/*.key", "**/.netrc", "**/.npmrc"],
    always: true,
  },
  { title: "Tests: go build reads none", patterns: ["**/*_test.go", "**/testdata"], always: true },
  {
    title: "What describes the build and the delivery, and the editors' own",
    patterns: [
      "**/Dockerfile*",
      "**/.dockerignore",
      "**/docker-compose*.y*ml",
      "**/compose*.y*ml",
      "fairlead.yaml",
      ".github",
      ".gitlab",
      ".gitlab-ci.yml",
      ".circleci",
      ".golangci.y*ml",
      ".goreleaser.y*ml",
      ".pre-commit-config.yaml",
      ".editorconfig",
      ".idea",
      ".vscode",
      "**/.DS_Store",
    ],
    always: true,
  },
  { title: "Documents", patterns: ["**/*.md"], always: true },
  {
    title: "What builds and tests leave behind",
    patterns: ["**/node_modules", "**/*.out", "**/*.test", "**/*.prof", "coverage*", "bin", "tmp", "**/*.log"],
    always: true,
  },
  {
    title: "Not part of the program",
    patterns: [
      "docs",
      "dist",
      "LICENSE*",
      "NOTICE*",
      "AUTHORS*",
      "CODEOWNERS",
      "OWNERS*",
      "Makefile",
      "Taskfile.y*ml",
      "Jenkinsfile",
      "Vagrantfile",
      "deploy",
      "deployments",
      "charts",
      "helm",
      "k8s",
      "kubernetes",
      "terraform",
      "ansible",
      "examples",
      "_examples",
      "scripts",
      "hack",
    ],
    always: false,
  },
];

/** The text of .dockerignore. */
export function renderDockerignore(project: GoProject, recipe: DockerfileRecipe): string {
  const needed = neededFiles(project, recipe);
  const takenBack = [
    ...project.embeds.map(({ file, pattern, matches }) => {
      const exception = embedAsIgnorePattern(file, pattern);
      return {
        exception,
        isFolder: matches.length === 0 || matches.some((match) => depthOf(match) > depthOf(exception)),
      };
    }),
    ...recipe.runtimeFiles.map(({ source }) => ({ exception: source, isFolder: !project.tree.has(source) })),
  ];
  if (recipe.vendor) {
    takenBack.push({ exception: recipe.workDir === "." ? "vendor" : `${recipe.workDir}/vendor`, isFolder: true });
  }
  const back = takenBack.map(({ exception }) => `!${exception}`);
  const blocks: string[] = [];
  const kept: string[] = [];
  for (const { title, patterns, always } of sections) {
    const lines = patterns.filter((pattern) => {
      if (needed.some(ignoreMatcher([pattern, ...back]))) return false;
      return always || project.tree.files.some(ignoreMatcher([pattern]));
    });
    kept.push(...lines);
    if (lines.length > 0) blocks.push([`# ${title}`, ...lines].join("\n"));
  }
  const exceptions = takenBack.filter(({ exception, isFolder }) => isFolder || couldHide(kept, exception));
  if (exceptions.length > 0) {
    const lines = new Set(exceptions.map(({ exception }) => `!${exception}`));
    blocks.push(["# Read all the same: embedded, vendored, or opened at run time", ...lines].join("\n"));
  }
  return `# What the build doesn't read, made by \`fairlead dockerfile --dockerignore\`, and yours to change.\n\n${blocks.join("\n\n")}\n`;
}

/** Everything that go build may read, as far as the files here show it. */
export function neededFiles(
  { tree, packageDirs, embeds, modules }: GoProject,
  { runtimeFiles, vendor, workDir }: DockerfileRecipe,
): readonly string[] {
  const folders = new Set(packageDirs);
  const vendored = workDir === "." ? "vendor/" : `${workDir}/vendor/`;
  const named = new Set([
    "go.work",
    "go.work.sum",
    ...modules.flatMap(({ dir }) => ["go.mod", "go.sum"].map((name) => (dir === "." ? name : `${dir}/${name}`))),
    ...embeds.flatMap(({ matches }) => matches),
    ...runtimeFiles.map(({ source }) => source),
  ]);
  return tree.files.filter((file) => {
    if (named.has(file) || (vendor && file.startsWith(vendored))) return true;
    if (runtimeFiles.some(({ source }) => file.startsWith(`${source}/`))) return true;
    const slash = file.lastIndexOf("/");
    const folder = slash < 0 ? "." : file.slice(0, slash);
    if (file.endsWith(".go")) return folders.has(folder) && !file.endsWith("_test.go");
    // What cgo and the assembler read; headers may lie anywhere.
    return (
      /\.(s|S|c|cc|cpp|cxx|h|hh|hpp|hxx|m|syso|swig|swigcxx|f|f90|a|inc|def)$/.test(file) &&
      !/(^|\/)testdata\//.test(file)
    );
  });
}

/** Go's pattern language for //go:embed is path.Match, which Docker's contains. */
function embedAsIgnorePattern(file: string, pattern: string): string {
  const slash = file.lastIndexOf("/");
  const glob = pattern.replace(/^all:/, "");
  const folder = slash < 0 ? "" : file.slice(0, slash);
  if (glob === ".") return folder === "" ? "**" : folder;
  return folder === "" ? glob : `${folder}/${glob}`;
}

function depthOf(path: string): number {
  return path.split("/").length;
}

/** Whether a file that an exception names, and that may come later, would fall under one of the lines. */
function couldHide(lines: readonly string[], exception: string): boolean {
  const sample = exception.replaceAll(/\[[^\]]*\]|[*?]+/g, "x");
  return ignoreMatcher(lines)(sample) || ignoreMatcher(lines)(exception);
}
