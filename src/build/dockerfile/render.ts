/**
 * The Dockerfile's text. docs/init.md says why each line is as it is. It keeps to what BuildKit 0.8 (Docker 20.10) knows
 * without a `# syntax=` line: that would be an image to pull before anything else, and many networks can't.
 */
import type { DockerfileRecipe, Program } from "./recipe.ts";

const moduleCache = "/go/pkg/mod";
const buildCache = "/root/.cache/go-build";
const user = 65532;

export function renderDockerfile(recipe: DockerfileRecipe): string {
  const isCgo = recipe.programs.some(({ cgo }) => cgo);
  const isStatic = recipe.programs.some(({ cgo }) => !cgo);
  const parts = [
    head(recipe, isCgo),
    buildStage(recipe, isCgo),
    rootfsStage(isStatic, isCgo),
    ...(isStatic ? [runtimeStage(recipe, false)] : []),
    ...(isCgo ? [runtimeStage(recipe, true)] : []),
    ...recipe.programs.map((program) => programStage(recipe, program)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function head({ service, go, programs }: DockerfileRecipe, isCgo: boolean): string {
  const targets = programs.map(({ stage }) => stage);
  return lines(
    `# The image of ${service}, made by \`fairlead dockerfile\`, and yours to change.`,
    "# Build it with BuildKit: docker build -t NAME .   (DOCKER_BUILDKIT=1 before Docker 23)",
    targets.length > 1 &&
      `# Programs, each with --target: ${targets.join(", ")}. Without one it is ${targets.at(-1) ?? ""}.`,
    "",
    "# Bases, for a mirror of your own: --build-arg GO_IMAGE=registry.example/golang:…",
    `ARG GO_IMAGE=${go.image}`,
    isCgo && "# The same Debian release as above: what was linked there finds its C library here.",
    isCgo && `ARG RUNTIME_IMAGE=debian:${go.debian}-slim`,
  );
}

function buildStage(recipe: DockerfileRecipe, isCgo: boolean): string {
  const { workDir, programs, vendor, hasDependencies, privatePatterns, ignoresWorkspace } = recipe;
  const isPrivate = privatePatterns.length > 0;
  const inWorkDir = workDir === "." ? "/src" : `/src/${workDir}`;
  return lines(
    "# ---- build",
    isCgo
      ? "# cgo compiles for the machine it runs on, so this stage runs on the image's platform."
      : "# Compiles on the machine's own platform for the image's, whichever that is: no emulation.",
    isCgo ? "FROM ${GO_IMAGE} AS build" : "FROM --platform=${BUILDPLATFORM} ${GO_IMAGE} AS build",
    "WORKDIR /src",
    `ENV GOMODCACHE=${moduleCache} GOCACHE=${buildCache}${ignoresWorkspace ? " GOWORK=off" : ""}`,
    ...(isCgo ? nativeBuild(recipe) : []),
    "",
    "# Where modules come from; without these, as the go command has it. Arguments can be read in the image's history:",
    "# credentials go into the netrc secret, never into a URL here.",
    "ARG GOPROXY",
    "ARG GOSUMDB",
    isPrivate && `ARG GOPRIVATE=${privatePatterns.join(",")}`,
    isPrivate && "ARG GONOPROXY",
    isPrivate && "ARG GONOSUMDB",
    "",
    "# Dependencies first: this layer lasts until one of these files changes.",
    ...recipe.dependencyFiles.map(({ sources, target }) => `COPY ${sources.join(" ")} ${target}`),
    vendor && `COPY ${workDir === "." ? "vendor/ vendor/" : `${workDir}/vendor/ ${workDir}/vendor/`}`,
    inWorkDir !== "/src" && `WORKDIR ${inWorkDir}`,
    ...(vendor || !hasDependencies
      ? []
      : [
          isPrivate &&
            "# Private modules: docker build --secret id=netrc,src=$HOME/.netrc (lines: machine HOST login USER password TOKEN)",
          "# -x says what it waits for.",
          run(mounts(false, isPrivate), "go mod download -x"),
        ]),
    "",
    inWorkDir !== "/src" && "WORKDIR /src",
    "COPY . .",
    inWorkDir !== "/src" && `WORKDIR ${inWorkDir}`,
    'ARG LDFLAGS="-s -w"',
    programs.some(({ versionVariable }) => versionVariable !== undefined) && "ARG VERSION=dev",
    ...(isCgo ? [] : ["ARG TARGETOS", "ARG TARGETARCH"]),
    ...compile(recipe, isCgo),
    "# The programs' time: the commit's, where SOURCE_DATE_EPOCH says it, so that the same source makes the same file.",
    "ARG SOURCE_DATE_EPOCH",
    'RUN find /out -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH:-0}" {} +',
  );
}

function nativeBuild({ nativeBuild: packages }: DockerfileRecipe): string[] {
  return [
    "# What cgo compiles against, besides libc.",
    `ARG BUILD_PACKAGES="${packages.join(" ")}"`,
    run(
      [],
      'if [ -n "${BUILD_PACKAGES}" ]; then',
      "  apt-get update && apt-get install -y --no-install-recommends ${BUILD_PACKAGES}; fi",
    ),
  ];
}

/** One `go build` for all programs of a kind: they share most of their packages. */
function compile({ programs, privatePatterns, vendor }: DockerfileRecipe, isCgo: boolean): string[] {
  const mounted = mounts(true, privatePatterns.length > 0).filter((mount) => !vendor || !mount.includes(moduleCache));
  return [false, true].flatMap((cgo) => {
    const built = programs.filter((each) => each.cgo === cgo);
    if (built.length === 0) return [];
    const variables = [...new Set(built.flatMap(({ versionVariable }) => versionVariable ?? []))];
    const stamps = variables.map((name) => ` -X main.${name}=\${VERSION}`).join("");
    const settings = cgo ? "CGO_ENABLED=1" : `CGO_ENABLED=0${isCgo ? "" : " GOOS=${TARGETOS} GOARCH=${TARGETARCH}"}`;
    return run(
      mounted,
      `${settings} go build -trimpath -buildvcs=false -ldflags="\${LDFLAGS}${stamps}" \\`,
      `  -o /out/ ${built.map((each) => each.package).join(" ")}`,
    );
  });
}

function mounts(compiles: boolean, isPrivate: boolean): string[] {
  return [
    `--mount=type=cache,target=${moduleCache}`,
    ...(compiles ? [`--mount=type=cache,target=${buildCache}`] : []),
    ...(isPrivate ? ["--mount=type=secret,id=netrc,target=/root/.netrc"] : []),
  ];
}

/** What every image has besides its program, the same bytes for every build. */
function rootfsStage(isStatic: boolean, isCgo: boolean): string {
  return lines(
    "# ---- rootfs: certificates, time zones, a user",
    isCgo ? "FROM ${GO_IMAGE} AS rootfs" : "FROM --platform=${BUILDPLATFORM} ${GO_IMAGE} AS rootfs",
    run(
      [],
      "if [ ! -f /etc/ssl/certs/ca-certificates.crt ] || [ ! -d /usr/share/zoneinfo ]; then",
      "  apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata; fi",
    ),
    run(
      [],
      "mkdir -p /rootfs/etc/ssl/certs /rootfs/usr/share /rootfs/usr/local/bin /rootfs/app /home/nonroot \\",
      "&& cp /etc/ssl/certs/ca-certificates.crt /rootfs/etc/ssl/certs/ \\",
      "&& cp -r /usr/share/zoneinfo /rootfs/usr/share/ \\",
      ...(isStatic
        ? [
            "&& mkdir -p /static/etc /static/tmp && chmod 1777 /static/tmp \\",
            `&& printf 'root:x:0:0:root:/root:/sbin/nologin\\nnonroot:x:${user}:${user}:nonroot:/home/nonroot:/sbin/nologin\\n' >/static/etc/passwd \\`,
            `&& printf 'root:x:0:\\nnonroot:x:${user}:\\n' >/static/etc/group \\`,
            "&& printf 'hosts: files dns\\n' >/static/etc/nsswitch.conf \\",
          ]
        : []),
      `&& find /rootfs${isStatic ? " /static" : ""} /home/nonroot -exec touch --no-dereference --date=@0 {} +`,
    ),
  );
}

function runtimeStage(recipe: DockerfileRecipe, cgo: boolean): string {
  const { programs, port, portVariables, portIsAssumed, environment, runtimeFiles, nativeRun } = recipe;
  const isBoth = programs.some((each) => each.cgo) && programs.some((each) => !each.cgo);
  const settings = [
    ...(port === undefined ? [] : [`APP_PORT=${port}`]),
    ...portVariables.map(({ name, value }) => `${name}=${value}`),
    "LOG_LEVEL=info",
    "ENVIRONMENT=production",
  ];
  return lines(
    `# ---- ${runtimeName(cgo, isBoth)}: what the ${programs.length > 1 ? "programs run" : "program runs"} on`,
    cgo ? `FROM \${RUNTIME_IMAGE} AS ${runtimeName(cgo, isBoth)}` : `FROM scratch AS ${runtimeName(cgo, isBoth)}`,
    ...(cgo
      ? [
          "# Shared libraries that the program is linked with, besides libc.",
          `ARG RUNTIME_PACKAGES="${nativeRun.join(" ")}"`,
          run(
            [],
            'if [ -n "${RUNTIME_PACKAGES}" ]; then',
            "  apt-get update && apt-get install -y --no-install-recommends ${RUNTIME_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi \\",
            `&& printf 'nonroot:x:${user}:${user}:nonroot:/home/nonroot:/usr/sbin/nologin\\n' >>/etc/passwd \\`,
            `&& printf 'nonroot:x:${user}:\\n' >>/etc/group`,
          ),
        ]
      : []),
    "COPY --from=rootfs /rootfs/ /",
    !cgo && "COPY --from=rootfs /static/ /",
    `COPY --from=rootfs --chown=${user}:${user} /home/nonroot/ /home/nonroot/`,
    "WORKDIR /app",
    runtimeFiles.length > 0 && "# The program opens these where it is started.",
    ...runtimeFiles.map(({ source, target }) => copyRuntimeFile(source, target)),
    "# Settings come from outside: docker run -e, or `settings` of an environment in fairlead.yaml. A time zone is TZ=Europe/Berlin.",
    environment.length > 0 &&
      `# It reads too: ${environment.slice(0, 20).join(", ")}${environment.length > 20 ? ", …" : ""}`,
    `ENV ${settings.join(" ")}`,
    portIsAssumed && "# Nothing in the source says the port in a constant: this one is assumed.",
    port !== undefined && `EXPOSE ${port}`,
    "STOPSIGNAL SIGTERM",
    "# By number, so that Kubernetes' runAsNonRoot can see that it isn't root.",
    `USER ${user}:${user}`,
  );
}

function copyRuntimeFile(source: string, target: string): string {
  return `COPY ${source} /app/${target}`;
}

function programStage({ programs, service, source }: DockerfileRecipe, { name, stage, cgo }: Program): string {
  const isBoth = programs.some((each) => each.cgo) && programs.some((each) => !each.cgo);
  return lines(
    `# ---- ${name}`,
    `FROM ${runtimeName(cgo, isBoth)} AS ${stage}`,
    `COPY --from=build /out/${name} /usr/local/bin/`,
    `ENTRYPOINT ["/usr/local/bin/${name}"]`,
    "# Last, for they change with every commit.",
    "ARG VERSION",
    "ARG REVISION",
    `LABEL org.opencontainers.image.title="${programs.length > 1 ? name : service}" \\`,
    source !== undefined && `      org.opencontainers.image.source="${source}" \\`,
    '      org.opencontainers.image.version="${VERSION}" \\',
    '      org.opencontainers.image.revision="${REVISION}"',
  );
}

function runtimeName(cgo: boolean, isBoth: boolean): string {
  return cgo && isBoth ? "runtime-libc" : "runtime";
}

/** A RUN with its mounts, one a line, and its command's lines as they come, below. */
function run(mounts: readonly string[], ...command: readonly string[]): string {
  const all = [...mounts.map((mount) => `${mount} \\`), ...command];
  return `RUN ${all.map((line, index) => (index === 0 ? line : `    ${line}`)).join("\n")}`.replaceAll(
    "; then\n",
    "; then \\\n",
  );
}

function lines(...all: readonly (string | false)[]): string {
  return all.filter((line) => line !== false).join("\n");
}
