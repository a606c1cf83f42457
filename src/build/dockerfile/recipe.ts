/** What a project's Dockerfile has to do, decided from its facts. Pure: render.ts writes it down. */
import type { GoModule } from "../../repo/goModules.ts";
import type { GoProject, MainPackage } from "../../repo/goProject.ts";
import { DockerfileError } from "./dockerfileError.ts";
import { type GoImage, goImage } from "./goImage.ts";
import { nativePackages } from "./nativeLibraries.ts";
import { choosePrograms } from "./programs.ts";

/** What a person may decide; undefined leaves it to the project. */
export interface DockerfileChoices {
  /** The service's name; a DNS label. */
  readonly service: string;
  /** Packages or program names, the default one first; empty: those that the layout shows. */
  readonly programs: readonly string[];
  /** The default one of those that the layout shows. */
  readonly preferred: string | undefined;
  readonly port: number | undefined;
  /** Go's version: `1.26`, `1.26.3`. */
  readonly go: string | undefined;
  /** With cgo or without, whatever the source says. */
  readonly cgo: boolean | undefined;
  /** Further patterns for GOPRIVATE. */
  readonly privatePatterns: readonly string[];
  /** Where the source is: `https://git.corp.example/team/shop`, for the image's label. */
  readonly source: string | undefined;
}

export interface DockerfileRecipe {
  readonly service: string;
  readonly source: string | undefined;
  readonly go: GoImage;
  /** The folder that the go command works in: `.`, `services/api`. */
  readonly workDir: string;
  /** A go.work lies above the folder and doesn't use it. */
  readonly ignoresWorkspace: boolean;
  /** The files that say what is downloaded, by the folder they go to. */
  readonly dependencyFiles: readonly CopyStep[];
  /** Built from vendor/: nothing is downloaded. */
  readonly vendor: boolean;
  /** Whether anything is required at all. */
  readonly hasDependencies: boolean;
  /** For GOPRIVATE; none: no credentials are needed. */
  readonly privatePatterns: readonly string[];
  /** The default one comes last. */
  readonly programs: readonly Program[];
  /** The package of the default one, from the project's root: `./cmd/shop`. */
  readonly main: string;
  /** The path of its health check, where the source has one: `/healthz`. */
  readonly healthPath: string | undefined;
  readonly nativeBuild: readonly string[];
  readonly nativeRun: readonly string[];
  readonly port: number | undefined;
  /** Nobody said the port, and the source doesn't either. */
  readonly portIsAssumed: boolean;
  /** Variables that the programs read the port from, besides APP_PORT, and what to set them to. */
  readonly portVariables: readonly { readonly name: string; readonly value: string }[];
  /** Other variables they read. */
  readonly environment: readonly string[];
  /** Files and folders that they open where they are started: where they lie in the project, and in the image's /app. */
  readonly runtimeFiles: readonly { readonly source: string; readonly target: string }[];
  /** What a person should know or do. */
  readonly warnings: readonly string[];
}

/** `COPY sources… target/` */
export interface CopyStep {
  readonly sources: readonly string[];
  readonly target: string;
}

export interface Program {
  /** Of the file, as go build calls it. */
  readonly name: string;
  /** Of the stage: lower case. */
  readonly stage: string;
  /** For go build, seen from the work folder: `./cmd/shop`. */
  readonly package: string;
  readonly cgo: boolean;
  /** Variables that hold a version, for -X. */
  readonly versionVariable: string | undefined;
}

/** @throws DockerfileError */
export function dockerfileRecipe(project: GoProject, choices: DockerfileChoices): DockerfileRecipe {
  const { modules, workspace } = project;
  const chosen = choosePrograms(project, choices.programs, choices.preferred, choices.service);
  const warnings = [...chosen.warnings];
  const selected = chosen.programs;
  const main = selected.at(-1);
  const module = modules.find(({ dir }) => dir === main?.moduleDir);
  if (main === undefined || module === undefined) throw new DockerfileError("noProgram", "no program was chosen");
  const usesWorkspace = workspace !== undefined && workspace.use.includes(module.dir);
  const workDir = usesWorkspace ? "." : module.dir;
  const built = usesWorkspace ? modules.filter(({ dir }) => workspace.use.includes(dir)) : [module];
  const vendor = usesWorkspace ? workspace.hasVendor : module.hasVendor && usesVendorByDefault(module);
  const required = [...built, ...(usesWorkspace ? [workspace] : [])].flatMap(({ go, toolchain }) => [go, toolchain]);
  const needsCgo = (each: MainPackage): boolean => choices.cgo ?? each.cgo.because.length > 0;
  const withCgo = selected.filter(needsCgo).flatMap(({ cgo }) => cgo.because);
  const native = nativePackages(withCgo);
  if (native.unknown.length > 0) {
    warnings.push(
      `cgo links with ${native.unknown.join(", ")}: add the Debian packages that have ${native.unknown.length === 1 ? "it" : "them"} to BUILD_PACKAGES and RUNTIME_PACKAGES`,
    );
  }
  const port = choices.port ?? main.listens.find(({ onlyLoopback }) => !onlyLoopback)?.port ?? main.listens[0]?.port;
  const loopback = main.listens.find(({ onlyLoopback }) => onlyLoopback);
  if (loopback !== undefined && main.listens.every(({ onlyLoopback }) => onlyLoopback)) {
    warnings.push(
      `${loopback.file}:${loopback.line} listens on the loopback address: nothing outside the container reaches it; listen on ":${loopback.port}"`,
    );
  }
  const isServer = selected.some((each) => each.isServer);
  const used = port ?? (isServer ? 8080 : undefined);
  const environment = [...new Set(selected.flatMap((each) => each.environment))];
  const stages = stageNames(selected);
  const recipe: DockerfileRecipe = {
    service: choices.service,
    source: choices.source,
    go: goImage(
      required.filter((line) => line !== undefined),
      choices.go,
    ),
    workDir,
    ignoresWorkspace: workspace !== undefined && !usesWorkspace,
    dependencyFiles: dependencyFiles(project, built, usesWorkspace, warnings),
    vendor,
    hasDependencies: built.some(({ requires }) => requires.length > 0),
    privatePatterns: vendor ? [] : privatePatterns(project, built, choices.privatePatterns),
    programs: selected.map((each) => ({
      name: each.name,
      stage: stages.get(each) ?? each.name,
      package: fromFolder(each.dir, workDir),
      cgo: needsCgo(each),
      versionVariable: each.linkVariables.find((name) => /^version$/i.test(name)),
    })),
    main: main.package,
    healthPath: main.healthPaths[0],
    nativeBuild: native.build,
    nativeRun: native.run,
    port: used,
    portIsAssumed: port === undefined && used !== undefined,
    portVariables: used === undefined ? [] : portVariables(environment, used),
    environment: environment.filter((name) => !isPortVariable(name) && !settled.has(name) && !/^GO[A-Z]/.test(name)),
    runtimeFiles: runtimeFiles(selected, warnings),
    warnings,
  };
  warnings.push(...projectWarnings(project, recipe, selected, choices));
  checkPaths(recipe);
  // They quote what stands in somebody's files, and go to a terminal.
  return { ...recipe, warnings: warnings.map((warning) => warning.replaceAll(/\p{Cc}/gu, "?")) };
}

/** Settings and credentials stay outside of images, whatever opens them. */
const outside =
  /(^|\/)(config|settings|secrets?|credentials?|certs?|keys?)([./-]|$)|\.(ya?ml|toml|ini|conf|cfg|properties|pem|key|crt|p12|env|db|sqlite3?|log)$/i;

function runtimeFiles(programs: readonly MainPackage[], warnings: string[]): DockerfileRecipe["runtimeFiles"] {
  const found = new Map<string, { source: string; target: string }>();
  for (const { opens, moduleDir } of programs) {
    for (const source of opens) {
      const target = moduleDir === "." ? source : source.slice(moduleDir.length + 1);
      if (!outside.test(source)) found.set(target, { source, target });
      else
        warnings.push(
          `${source} is opened at run time and not put into the image, as settings aren't: mount it, or COPY it to /app/${target}`,
        );
    }
  }
  return [...found.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** Set in every image: see render.ts. */
const settled: ReadonlySet<string> = new Set(["APP_PORT", "LOG_LEVEL", "ENVIRONMENT", "TZ", "HOME", "PATH"]);

function isPortVariable(name: string): boolean {
  return /^(APP_|HTTP_|SERVER_|LISTEN_|WEB_)?(PORT|ADDR|LISTEN_ADDR|LISTEN_ADDRESS|BIND_ADDR)$/.test(name);
}

function portVariables(environment: readonly string[], port: number): DockerfileRecipe["portVariables"] {
  return environment
    .filter((name) => isPortVariable(name) && name !== "APP_PORT")
    .map((name) => ({ name, value: name.endsWith("PORT") ? String(port) : `:${port}` }));
}

/** cmd/go/internal/modload: vendor/ is used by itself from go 1.14 on. */
function usesVendorByDefault({ go }: GoModule): boolean {
  const minor = Number(go?.split(".")[1] ?? 0);
  return go !== undefined && (!go.startsWith("1.") || minor >= 14);
}

/** Whatever changes what is downloaded, and nothing else: the layer below it lasts until one of them changes. */
function dependencyFiles(
  { tree, workspace, modules }: GoProject,
  built: readonly GoModule[],
  usesWorkspace: boolean,
  warnings: string[],
): readonly CopyStep[] {
  const steps: CopyStep[] = [];
  const take = (dir: string, ...files: readonly string[]): void => {
    const prefix = dir === "." ? "" : `${dir}/`;
    steps.push({ sources: files.map((file) => prefix + file), target: dir === "." ? "./" : `${dir}/` });
  };
  if (usesWorkspace) {
    // A pattern that finds nothing is no error: the first dependency may bring the file.
    take(".", "go.work", tree.has("go.work.sum") ? "go.work.sum" : "go.work.sum*");
    for (const dir of workspace?.use ?? []) {
      if (modules.some((each) => each.dir === dir)) continue;
      warnings.push(
        dir.startsWith("../")
          ? `go.work uses ${dir}, which lies outside of this folder and so of the build context: build from the folder above`
          : `go.work uses ${dir}, where no go.mod is: the build will fail as it does here`,
      );
    }
  }
  for (const { dir, hasSum } of built) take(dir, "go.mod", hasSum ? "go.sum" : "go.sum*");
  const taken = new Set(built.map(({ dir }) => dir));
  for (const { path, by } of [...built, ...(usesWorkspace && workspace !== undefined ? [workspace] : [])].flatMap(
    ({ replaces }) => replaces,
  )) {
    if (by.kind !== "folder" || taken.has(by.dir)) continue;
    taken.add(by.dir);
    const mod = by.dir === "." ? "go.mod" : `${by.dir}/go.mod`;
    if (tree.has(mod)) take(by.dir, "go.mod");
    else if (by.dir.startsWith("../") || by.dir.startsWith("/")) {
      warnings.push(
        `replace ${path} => ${by.written} lies outside of this folder and so of the build context: it builds here and nowhere else; build from the folder above, require a version, or use --build-context`,
      );
    } else warnings.push(`replace ${path} => ${by.written}: there is no go.mod`);
  }
  return steps;
}

function privatePatterns(
  { privateModules }: GoProject,
  built: readonly GoModule[],
  further: readonly string[],
): readonly string[] {
  const required = new Set(
    built.flatMap(({ requires, replaces }) => [
      ...requires.map(({ path }) => path),
      ...replaces.flatMap(({ by }) => (by.kind === "module" ? [by.path] : [])),
    ]),
  );
  const patterns = privateModules.filter(({ path }) => required.has(path)).map(({ pattern }) => pattern);
  return [...new Set([...further, ...patterns])];
}

function projectWarnings(
  { tree, embeds, privateModules }: GoProject,
  recipe: DockerfileRecipe,
  programs: readonly MainPackage[],
  choices: DockerfileChoices,
): string[] {
  const missing = embeds
    .filter(({ matches }) => matches.length === 0)
    .map(({ pattern, file }) => {
      return `${file} embeds ${pattern}, and nothing here matches: it must be made before the build (a front end, say), or the build fails`;
    });
  const guessed = privateModules
    .filter(({ known, pattern }) => !known && recipe.privatePatterns.includes(pattern))
    .map(({ path, pattern }) => {
      return `${path} looks private, and GOPRIVATE here doesn't cover it: the Dockerfile says GOPRIVATE=${pattern}`;
    });
  const unread = new Set(programs.flatMap(({ cgo }) => cgo.unread));
  const unsure =
    choices.cgo === undefined && recipe.programs.every(({ cgo }) => !cgo) && unread.size > 0 && !recipe.vendor;
  return [
    ...tree.leftOut.map((what) => `not looked at: ${what}`),
    ...missing,
    ...guessed,
    ...(unsure
      ? [
          `${unread.size === 1 ? "one package of a dependency is" : `${unread.size} packages of dependencies are`} not in this machine's module cache, so nobody looked whether cgo is needed: run go mod download first, or say --cgo or --no-cgo`,
        ]
      : []),
  ];
}

/** Stage names are lower case (BuildKit: StageNameCasing); two programs may not share one, nor take one of ours. */
function stageNames(programs: readonly MainPackage[]): ReadonlyMap<MainPackage, string> {
  const names = new Map<MainPackage, string>();
  const taken = new Set(["build", "rootfs", "runtime", "static", "scratch", "context"]);
  for (const each of programs) {
    const plain =
      each.name
        .toLowerCase()
        .replaceAll(/[^a-z0-9_.-]+/g, "-")
        .replace(/^[^a-z]+/, "") || "program";
    let name = taken.has(plain) ? `${plain}-image` : plain;
    for (let count = 2; taken.has(name); count++) name = `${plain}-${count}`;
    taken.add(name);
    names.set(each, name);
  }
  return names;
}

/** A package's folder, as the go command takes it in the work folder. */
function fromFolder(dir: string, workDir: string): string {
  if (dir === workDir) return ".";
  return `./${workDir === "." ? dir : dir.slice(workDir.length + 1)}`;
}

/** Names from the repository stand in instructions and shell lines: only those that mean themselves there. */
function checkPaths({
  dependencyFiles,
  programs,
  runtimeFiles,
  workDir,
  privatePatterns,
  source = "",
}: DockerfileRecipe): void {
  const paths = [
    ...dependencyFiles.flatMap(({ sources, target }) => [...sources, target]).map((path) => path.replace(/\*$/, "")),
    ...programs.flatMap(({ name, package: path }) => [name, path]),
    ...runtimeFiles.map(({ source }) => source),
    workDir,
  ];
  const unusual = paths.find((path) => !/^[\w.@+/~-]+$/.test(path) || /(^|\/)-/.test(path));
  if (unusual !== undefined) {
    throw new DockerfileError(
      "unusualPath",
      `${JSON.stringify(unusual)} has characters that mean something else in a Dockerfile: rename it, or write the Dockerfile by hand`,
    );
  }
  const unusualPattern = privatePatterns.find((pattern) => !/^[\w.*?/~[\]^-]+$/.test(pattern));
  if (unusualPattern !== undefined) {
    throw new DockerfileError("invalidChoice", `${JSON.stringify(unusualPattern)} is no pattern for GOPRIVATE`);
  }
  if (!/^[\w.:/@~+-]*$/.test(source))
    throw new DockerfileError("invalidChoice", `${JSON.stringify(source)} is no URL of a repository`);
}
