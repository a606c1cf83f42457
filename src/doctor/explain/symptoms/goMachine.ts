// What a build takes from its machine: memory, disk, caches, git.

import { at } from "../evidence.ts";
import { type Evidence, type Symptom, defineSymptom } from "../symptom.ts";

export const goMachineSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/killed",
    title: "The compiler was killed",
    tools: "go",
    match: [
      {
        has: "signal: killed",
        line: /(?<program>[\w./-]*\b(?:compile|link|asm|cgo|vet|cc1|cc1plus|ld|\w+\.test|main|\w+)): signal: killed|signal: killed/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "memory",
        happened: ({ field }) =>
          `${field("program").split("/").at(-1) || "A process of the build"} was killed from outside. Nearly always it is the kernel, because memory ran out: of the machine, or of the container or job.`,
        fix: "Give more memory, or compile fewer packages at once. GOMEMLIMIT and GOGC help the compiler too: they are Go programs.",
        commands: "go build -p 1 ./...\nGOGC=50 go build ./...",
        check: "dmesg | grep -i 'killed process'",
      },
    ],
  }),
  defineSymptom({
    id: "go/no-space",
    title: "The disk is full",
    tools: "everything that writes",
    match: [
      { has: "no space left on device", line: /no space left on device/ },
      { has: "No space left on device", line: /No space left on device/ },
      { has: "ENOSPC", line: /ENOSPC/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "disk",
        happened:
          "A file could not be written: the disk is full, or its inodes are. In a container build it is the engine's disk; GOTMPDIR and GOCACHE say where the go command writes.",
        fix: "Free what is not needed: old images and build caches, the go build cache. Then look what filled it.",
        commands: "df -h; df -i\ndocker system df\ndocker builder prune --keep-storage 10GB\ngo clean -cache",
        check: "df -h $(go env GOCACHE) $(go env GOMODCACHE) /var/lib/docker",
      },
    ],
  }),
  defineSymptom({
    id: "go/cache-not-writable",
    title: "The go build cache can't be written",
    tools: "go",
    match: [
      {
        has: "failed to initialize build cache",
        line: /failed to initialize build cache at (?<folder>\S+): (?<why>.+)/,
      },
      { has: "build cache is required", line: /build cache is required, but could not be located/ },
      { has: "mkdir /.cache", line: /mkdir (?<folder>\/\.cache)\S*: permission denied/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "home",
        when: async ({ project }) => {
          const lines: Evidence[] = [];
          for (const dockerfile of await project.dockerfiles()) {
            for (const each of dockerfile.instructions) {
              const isUser = each.keyword === "USER" && !/^(?:root|0)\b/.test(each.rest);
              if (isUser) lines.push(at(dockerfile, each, "runs as a user that has no home of its own"));
            }
          }
          return lines.length === 0 ? { evidence: [] } : { evidence: lines };
        },
        happened: ({ field }) =>
          `The go command keeps its build cache below the user's home, and ${field("folder") === "" ? "HOME is not set" : `${field("folder")} can't be written`}: a user without an entry in /etc/passwd has HOME=/ or none.`,
        fix: "Say where the cache is to be, in a folder that the user may write. In a Dockerfile, build as root and set USER in the final stage alone.",
        commands: "ENV GOCACHE=/tmp/go-build\nexport GOCACHE=$PWD/.cache/go-build",
        check: "go env GOCACHE && touch $(go env GOCACHE)/x",
      },
      {
        id: "general",
        happened: "The go command keeps its build cache below the user's home, which can't be written.",
        fix: "Set GOCACHE to a folder that can.",
        commands: "export GOCACHE=/tmp/go-build",
        check: "go env GOCACHE",
      },
    ],
  }),
  defineSymptom({
    id: "go/modcache-read-only",
    title: "The module cache can't be written",
    tools: "go",
    match: [
      { has: "writing go.mod cache", line: /writing go\.mod cache: (?<why>.+)/ },
      { has: "writing stat cache", line: /writing stat cache: (?<why>.+)/ },
      {
        has: "/pkg/mod",
        line: /(?:mkdir|open|unlinkat|rename) (?<why>\S*\/pkg\/mod\S*: (?:permission denied|read-only file system))/,
      },
      { has: "could not create module cache", line: /could not create module cache: (?<why>.+)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "rights",
        happened: ({ field }) =>
          `The module cache can't be written: ${field("why")}. It belongs to another user (a cache that root filled before, a volume), or is mounted read-only.`,
        fix: "Set GOMODCACHE to a folder of this user, or give it the folder. Files in the module cache are read-only on purpose: remove them with go clean -modcache, or fill it with -modcacherw.",
        commands: "ls -ld $(go env GOMODCACHE)\nGOMODCACHE=$HOME/go/pkg/mod go mod download",
        check: "go mod download",
      },
    ],
  }),
  defineSymptom({
    id: "go/vcs-status",
    title: "The go command can't read the git state that it stamps into programs",
    tools: "go 1.18 and newer",
    match: [{ has: "error obtaining VCS status", line: /error obtaining VCS status: (?<why>.+)/ }],
    known: "provoked",
    causes: [
      {
        id: "ownership",
        happened:
          "go build stamps the commit into the program and asks git for it. git refused: the folder belongs to another user (a mount, a CI checkout: dubious ownership), or .git is only half there.",
        fix: "Tell git that the folder is safe, or build without the stamp and pass the version with -ldflags -X.",
        commands: 'git config --global --add safe.directory "$PWD"\ngo build -buildvcs=false ./...',
        check: "git status && go version -m PROGRAM | grep vcs",
      },
    ],
  }),
];
