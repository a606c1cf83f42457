// Every rule, by its file. Written by `make generate`.

import type { Rule } from "./rule.ts";
import { rule as contextNeededFileIgnored } from "./rules/context/needed-file-ignored.ts";
import { rule as contextNoIgnoreFile } from "./rules/context/no-ignore-file.ts";
import { rule as dockerAlpineWithoutGcc } from "./rules/docker/alpine-without-gcc.ts";
import { rule as dockerCacheMountElsewhere } from "./rules/docker/cache-mount-elsewhere.ts";
import { rule as dockerCopyMissesPackages } from "./rules/docker/copy-misses-packages.ts";
import { rule as dockerEntrypointNotCopied } from "./rules/docker/entrypoint-not-copied.ts";
import { rule as dockerEnvLostBetweenRuns } from "./rules/docker/env-lost-between-runs.ts";
import { rule as dockerFloatingTag } from "./rules/docker/floating-tag.ts";
import { rule as dockerGoSumNotCopied } from "./rules/docker/go-sum-not-copied.ts";
import { rule as dockerGo111module } from "./rules/docker/go111module.ts";
import { rule as dockerGolangOlderThanGoMod } from "./rules/docker/golang-older-than-go-mod.ts";
import { rule as dockerLibcMismatch } from "./rules/docker/libc-mismatch.ts";
import { rule as dockerReplaceNotCopied } from "./rules/docker/replace-not-copied.ts";
import { rule as dockerRootUser } from "./rules/docker/root-user.ts";
import { rule as dockerSecretInVariable } from "./rules/docker/secret-in-variable.ts";
import { rule as dockerShellFormWithoutShell } from "./rules/docker/shell-form-without-shell.ts";
import { rule as dockerSourceBeforeDownload } from "./rules/docker/source-before-download.ts";
import { rule as dockerTimeZoneVariable } from "./rules/docker/time-zone-variable.ts";
import { rule as dockerWorkspaceMemberNotCopied } from "./rules/docker/workspace-member-not-copied.ts";
import { rule as modGoSumMissing } from "./rules/mod/go-sum-missing.ts";
import { rule as modLocalReplace } from "./rules/mod/local-replace.ts";

export const rules: readonly Rule[] = [
  contextNeededFileIgnored,
  contextNoIgnoreFile,
  dockerAlpineWithoutGcc,
  dockerCacheMountElsewhere,
  dockerCopyMissesPackages,
  dockerEntrypointNotCopied,
  dockerEnvLostBetweenRuns,
  dockerFloatingTag,
  dockerGoSumNotCopied,
  dockerGo111module,
  dockerGolangOlderThanGoMod,
  dockerLibcMismatch,
  dockerReplaceNotCopied,
  dockerRootUser,
  dockerSecretInVariable,
  dockerShellFormWithoutShell,
  dockerSourceBeforeDownload,
  dockerTimeZoneVariable,
  dockerWorkspaceMemberNotCopied,
  modGoSumMissing,
  modLocalReplace,
];
