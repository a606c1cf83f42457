// Every rule, by its file. Written by `make generate`.

import type { Rule } from "./rule.ts";
import { rule as ciActionByBranch } from "./rules/ci/action-by-branch.ts";
import { rule as ciBuildArgSecret } from "./rules/ci/build-arg-secret.ts";
import { rule as ciBuildArgUnquoted } from "./rules/ci/build-arg-unquoted.ts";
import { rule as ciCacheKeyWithoutGoSum } from "./rules/ci/cache-key-without-go-sum.ts";
import { rule as ciCacheOutsideProject } from "./rules/ci/cache-outside-project.ts";
import { rule as ciCrossBuildVariables } from "./rules/ci/cross-build-variables.ts";
import { rule as ciDashWithoutSpace } from "./rules/ci/dash-without-space.ts";
import { rule as ciDeployNotWatched } from "./rules/ci/deploy-not-watched.ts";
import { rule as ciDeployWithoutEnvironment } from "./rules/ci/deploy-without-environment.ts";
import { rule as ciDockerLoginPassword } from "./rules/ci/docker-login-password.ts";
import { rule as ciDuplicateKey } from "./rules/ci/duplicate-key.ts";
import { rule as ciExtendedJobMissing } from "./rules/ci/extended-job-missing.ts";
import { rule as ciFloatingImage } from "./rules/ci/floating-image.ts";
import { rule as ciGoModChanged } from "./rules/ci/go-mod-changed.ts";
import { rule as ciGoOlderThanGoMod } from "./rules/ci/go-older-than-go-mod.ts";
import { rule as ciGoVersionsDisagree } from "./rules/ci/go-versions-disagree.ts";
import { rule as ciGopathCachedWhole } from "./rules/ci/gopath-cached-whole.ts";
import { rule as ciHistoryNotFetched } from "./rules/ci/history-not-fetched.ts";
import { rule as ciHostKeyNotChecked } from "./rules/ci/host-key-not-checked.ts";
import { rule as ciIncludedFileMissing } from "./rules/ci/included-file-missing.ts";
import { rule as ciJobsNeedEachOther } from "./rules/ci/jobs-need-each-other.ts";
import { rule as ciKeyFileRights } from "./rules/ci/key-file-rights.ts";
import { rule as ciKnownHostsMissing } from "./rules/ci/known-hosts-missing.ts";
import { rule as ciLatestDeployed } from "./rules/ci/latest-deployed.ts";
import { rule as ciLockFilePassedOver } from "./rules/ci/lock-file-passed-over.ts";
import { rule as ciModulesOff } from "./rules/ci/modules-off.ts";
import { rule as ciMovedIntoGopath } from "./rules/ci/moved-into-gopath.ts";
import { rule as ciNeededJobMissing } from "./rules/ci/needed-job-missing.ts";
import { rule as ciNpmInstall } from "./rules/ci/npm-install.ts";
import { rule as ciNumberReadsOtherwise } from "./rules/ci/number-reads-otherwise.ts";
import { rule as ciPlainSecret } from "./rules/ci/plain-secret.ts";
import { rule as ciRaceWithoutCgo } from "./rules/ci/race-without-cgo.ts";
import { rule as ciRunnerNobodyHas } from "./rules/ci/runner-nobody-has.ts";
import { rule as ciScriptLineIsMap } from "./rules/ci/script-line-is-map.ts";
import { rule as ciSecretPrinted } from "./rules/ci/secret-printed.ts";
import { rule as ciStageMissing } from "./rules/ci/stage-missing.ts";
import { rule as ciTidyNotChecked } from "./rules/ci/tidy-not-checked.ts";
import { rule as ciVariableIsBoolean } from "./rules/ci/variable-is-boolean.ts";
import { rule as ciYamlBroken } from "./rules/ci/yaml-broken.ts";
import { rule as contextCopyOutside } from "./rules/context/copy-outside.ts";
import { rule as contextGitSent } from "./rules/context/git-sent.ts";
import { rule as contextLarge } from "./rules/context/large.ts";
import { rule as contextNeededFileIgnored } from "./rules/context/needed-file-ignored.ts";
import { rule as contextNoIgnoreFile } from "./rules/context/no-ignore-file.ts";
import { rule as contextNodeModulesSent } from "./rules/context/node-modules-sent.ts";
import { rule as contextOutputsSent } from "./rules/context/outputs-sent.ts";
import { rule as coverageAbsolutePath } from "./rules/coverage/absolute-path.ts";
import { rule as coverageOtherModule } from "./rules/coverage/other-module.ts";
import { rule as coveragePathNotInTree } from "./rules/coverage/path-not-in-tree.ts";
import { rule as dockerAddWithoutChecksum } from "./rules/docker/add-without-checksum.ts";
import { rule as dockerAlpineWithoutGcc } from "./rules/docker/alpine-without-gcc.ts";
import { rule as dockerApkCacheKept } from "./rules/docker/apk-cache-kept.ts";
import { rule as dockerAptCacheUnlocked } from "./rules/docker/apt-cache-unlocked.ts";
import { rule as dockerAptInstallAsks } from "./rules/docker/apt-install-asks.ts";
import { rule as dockerAptListsKept } from "./rules/docker/apt-lists-kept.ts";
import { rule as dockerAptUpdateAlone } from "./rules/docker/apt-update-alone.ts";
import { rule as dockerCacheMountElsewhere } from "./rules/docker/cache-mount-elsewhere.ts";
import { rule as dockerChangingArgBeforeDownload } from "./rules/docker/changing-arg-before-download.ts";
import { rule as dockerChecksumsOff } from "./rules/docker/checksums-off.ts";
import { rule as dockerCmdNeverPassed } from "./rules/docker/cmd-never-passed.ts";
import { rule as dockerCopiedFromElsewhere } from "./rules/docker/copied-from-elsewhere.ts";
import { rule as dockerCopyFromUnknown } from "./rules/docker/copy-from-unknown.ts";
import { rule as dockerCopyMissesPackages } from "./rules/docker/copy-misses-packages.ts";
import { rule as dockerCrossCompilerMissing } from "./rules/docker/cross-compiler-missing.ts";
import { rule as dockerDownloadNotUsed } from "./rules/docker/download-not-used.ts";
import { rule as dockerEntrypointNotCopied } from "./rules/docker/entrypoint-not-copied.ts";
import { rule as dockerEntrypointNotExecutable } from "./rules/docker/entrypoint-not-executable.ts";
import { rule as dockerEnvLostBetweenRuns } from "./rules/docker/env-lost-between-runs.ts";
import { rule as dockerExecFormSingleQuotes } from "./rules/docker/exec-form-single-quotes.ts";
import { rule as dockerExposeAnotherPort } from "./rules/docker/expose-another-port.ts";
import { rule as dockerFloatingTag } from "./rules/docker/floating-tag.ts";
import { rule as dockerForeignArchitecture } from "./rules/docker/foreign-architecture.ts";
import { rule as dockerGitHistoryHidden } from "./rules/docker/git-history-hidden.ts";
import { rule as dockerGitMissingOnAlpine } from "./rules/docker/git-missing-on-alpine.ts";
import { rule as dockerGlibcOlderAtRun } from "./rules/docker/glibc-older-at-run.ts";
import { rule as dockerGlobalArgNotRedeclared } from "./rules/docker/global-arg-not-redeclared.ts";
import { rule as dockerGoCacheWithoutHome } from "./rules/docker/go-cache-without-home.ts";
import { rule as dockerGoGetInstallsNothing } from "./rules/docker/go-get-installs-nothing.ts";
import { rule as dockerGoInstallLatest } from "./rules/docker/go-install-latest.ts";
import { rule as dockerGoSumNotCopied } from "./rules/docker/go-sum-not-copied.ts";
import { rule as dockerGo111module } from "./rules/docker/go111module.ts";
import { rule as dockerGolangOlderThanGoMod } from "./rules/docker/golang-older-than-go-mod.ts";
import { rule as dockerGoproxyLoopback } from "./rules/docker/goproxy-loopback.ts";
import { rule as dockerHealthcheckWithoutProgram } from "./rules/docker/healthcheck-without-program.ts";
import { rule as dockerLibcMismatch } from "./rules/docker/libc-mismatch.ts";
import { rule as dockerListensOnLoopback } from "./rules/docker/listens-on-loopback.ts";
import { rule as dockerModuleInGopath } from "./rules/docker/module-in-gopath.ts";
import { rule as dockerNoCertificates } from "./rules/docker/no-certificates.ts";
import { rule as dockerNoTimeZones } from "./rules/docker/no-time-zones.ts";
import { rule as dockerOnlyTheLastCounts } from "./rules/docker/only-the-last-counts.ts";
import { rule as dockerOpenedFileNotCopied } from "./rules/docker/opened-file-not-copied.ts";
import { rule as dockerPipeAtStart } from "./rules/docker/pipe-at-start.ts";
import { rule as dockerPlatformArgNotDeclared } from "./rules/docker/platform-arg-not-declared.ts";
import { rule as dockerPrivateModuleWithoutCredentials } from "./rules/docker/private-module-without-credentials.ts";
import { rule as dockerRelativeWorkdir } from "./rules/docker/relative-workdir.ts";
import { rule as dockerRemovedInLaterLayer } from "./rules/docker/removed-in-later-layer.ts";
import { rule as dockerReplaceNotCopied } from "./rules/docker/replace-not-copied.ts";
import { rule as dockerRootUser } from "./rules/docker/root-user.ts";
import { rule as dockerSecretCopied } from "./rules/docker/secret-copied.ts";
import { rule as dockerSecretInVariable } from "./rules/docker/secret-in-variable.ts";
import { rule as dockerSecretMountOptional } from "./rules/docker/secret-mount-optional.ts";
import { rule as dockerSecretNotMounted } from "./rules/docker/secret-not-mounted.ts";
import { rule as dockerShellFormWithoutShell } from "./rules/docker/shell-form-without-shell.ts";
import { rule as dockerSourceBeforeDownload } from "./rules/docker/source-before-download.ts";
import { rule as dockerSourceBeforeInstall } from "./rules/docker/source-before-install.ts";
import { rule as dockerTimeZoneVariable } from "./rules/docker/time-zone-variable.ts";
import { rule as dockerToolchainShipped } from "./rules/docker/toolchain-shipped.ts";
import { rule as dockerUserNotInImage } from "./rules/docker/user-not-in-image.ts";
import { rule as dockerVariableInExecForm } from "./rules/docker/variable-in-exec-form.ts";
import { rule as dockerVendorNotInContext } from "./rules/docker/vendor-not-in-context.ts";
import { rule as dockerWorkspaceMemberNotCopied } from "./rules/docker/workspace-member-not-copied.ts";
import { rule as envBadPattern } from "./rules/env/bad-pattern.ts";
import { rule as envChecksumsOff } from "./rules/env/checksums-off.ts";
import { rule as envCredentialsOverHttp } from "./rules/env/credentials-over-http.ts";
import { rule as envDiskFull } from "./rules/env/disk-full.ts";
import { rule as envFolderUnusable } from "./rules/env/folder-unusable.ts";
import { rule as envGoTooOld } from "./rules/env/go-too-old.ts";
import { rule as envGoprivateTooBroad } from "./rules/env/goprivate-too-broad.ts";
import { rule as envModFlag } from "./rules/env/mod-flag.ts";
import { rule as envModulesOff } from "./rules/env/modules-off.ts";
import { rule as envNameLeaks } from "./rules/env/name-leaks.ts";
import { rule as envNetrcIncomplete } from "./rules/env/netrc-incomplete.ts";
import { rule as envNetrcReadable } from "./rules/env/netrc-readable.ts";
import { rule as envPrivateNotMarked } from "./rules/env/private-not-marked.ts";
import { rule as envProxyEntriesIgnored } from "./rules/env/proxy-entries-ignored.ts";
import { rule as envProxyVariables } from "./rules/env/proxy-variables.ts";
import { rule as envSettingUnknown } from "./rules/env/setting-unknown.ts";
import { rule as envSourceFails } from "./rules/env/source-fails.ts";
import { rule as envSshKeyReadable } from "./rules/env/ssh-key-readable.ts";
import { rule as envTokenRefused } from "./rules/env/token-refused.ts";
import { rule as imageGoOlderThanGoMod } from "./rules/image/go-older-than-go-mod.ts";
import { rule as imageMayNotStart } from "./rules/image/may-not-start.ts";
import { rule as imageNeedMissing } from "./rules/image/need-missing.ts";
import { rule as imageOfAnotherModule } from "./rules/image/of-another-module.ts";
import { rule as imageRootUser } from "./rules/image/root-user.ts";
import { rule as imageSecretInside } from "./rules/image/secret-inside.ts";
import { rule as imageToolchainInside } from "./rules/image/toolchain-inside.ts";
import { rule as imageWaste } from "./rules/image/waste.ts";
import { rule as imageWillNotStart } from "./rules/image/will-not-start.ts";
import { rule as internalUsedFromOutside } from "./rules/internal/used-from-outside.ts";
import { rule as modDeprecated } from "./rules/mod/deprecated.ts";
import { rule as modDirectiveNewerThanGoLine } from "./rules/mod/directive-newer-than-go-line.ts";
import { rule as modGoLineNamesNoRelease } from "./rules/mod/go-line-names-no-release.ts";
import { rule as modGoModBroken } from "./rules/mod/go-mod-broken.ts";
import { rule as modGoSumBroken } from "./rules/mod/go-sum-broken.ts";
import { rule as modGoSumLacksLine } from "./rules/mod/go-sum-lacks-line.ts";
import { rule as modGoSumMissing } from "./rules/mod/go-sum-missing.ts";
import { rule as modGoSumNotCommitted } from "./rules/mod/go-sum-not-committed.ts";
import { rule as modHeavyForItsConsumers } from "./rules/mod/heavy-for-its-consumers.ts";
import { rule as modHiddenDependency } from "./rules/mod/hidden-dependency.ts";
import { rule as modImportNobodyRequires } from "./rules/mod/import-nobody-requires.ts";
import { rule as modIncompatible } from "./rules/mod/incompatible.ts";
import { rule as modLocalReplace } from "./rules/mod/local-replace.ts";
import { rule as modModulePathTwice } from "./rules/mod/module-path-twice.ts";
import { rule as modNoGoLine } from "./rules/mod/no-go-line.ts";
import { rule as modNoGoMod } from "./rules/mod/no-go-mod.ts";
import { rule as modPathNotTheRepository } from "./rules/mod/path-not-the-repository.ts";
import { rule as modRelativeImport } from "./rules/mod/relative-import.ts";
import { rule as modReplaceWithoutEffect } from "./rules/mod/replace-without-effect.ts";
import { rule as modRequirementNobodyImports } from "./rules/mod/requirement-nobody-imports.ts";
import { rule as modRetracted } from "./rules/mod/retracted.ts";
import { rule as modTagOfPseudoVersion } from "./rules/mod/tag-of-pseudo-version.ts";
import { rule as modWorkspaceMemberMissing } from "./rules/mod/workspace-member-missing.ts";
import { rule as modWorkspaceOlderThanMember } from "./rules/mod/workspace-older-than-member.ts";
import { rule as npmLockInconsistent } from "./rules/npm/lock-inconsistent.ts";
import { rule as npmLockLacksOptional } from "./rules/npm/lock-lacks-optional.ts";
import { rule as npmLockMissing } from "./rules/npm/lock-missing.ts";
import { rule as npmLockOtherRegistry } from "./rules/npm/lock-other-registry.ts";
import { rule as npmLockOutOfStep } from "./rules/npm/lock-out-of-step.ts";
import { rule as npmLockOutsideRange } from "./rules/npm/lock-outside-range.ts";
import { rule as npmLockRecordDiffers } from "./rules/npm/lock-record-differs.ts";
import { rule as npmPeerUnmet } from "./rules/npm/peer-unmet.ts";
import { rule as npmRangeOpen } from "./rules/npm/range-open.ts";
import { rule as npmScopeWithoutRegistry } from "./rules/npm/scope-without-registry.ts";
import { rule as npmTokenForAnotherPath } from "./rules/npm/token-for-another-path.ts";
import { rule as npmTokenInNpmrc } from "./rules/npm/token-in-npmrc.ts";
import { rule as npmTwoLockFiles } from "./rules/npm/two-lock-files.ts";
import { rule as npmZeroMajorRange } from "./rules/npm/zero-major-range.ts";
import { rule as tagMajorNotInPath } from "./rules/tag/major-not-in-path.ts";
import { rule as tagMoved } from "./rules/tag/moved.ts";
import { rule as tagNestedWithoutPrefix } from "./rules/tag/nested-without-prefix.ts";
import { rule as tagNotAVersion } from "./rules/tag/not-a-version.ts";
import { rule as vendorChanged } from "./rules/vendor/changed.ts";
import { rule as vendorExtraFile } from "./rules/vendor/extra-file.ts";
import { rule as vendorMissingFile } from "./rules/vendor/missing-file.ts";
import { rule as vendorOutOfStep } from "./rules/vendor/out-of-step.ts";
import { rule as vendorPackageMissing } from "./rules/vendor/package-missing.ts";
import { rule as vendorPackageNobodyNames } from "./rules/vendor/package-nobody-names.ts";
import { rule as vendorPassedOver } from "./rules/vendor/passed-over.ts";

export const rules: readonly Rule[] = [
  ciActionByBranch,
  ciBuildArgSecret,
  ciBuildArgUnquoted,
  ciCacheKeyWithoutGoSum,
  ciCacheOutsideProject,
  ciCrossBuildVariables,
  ciDashWithoutSpace,
  ciDeployNotWatched,
  ciDeployWithoutEnvironment,
  ciDockerLoginPassword,
  ciDuplicateKey,
  ciExtendedJobMissing,
  ciFloatingImage,
  ciGoModChanged,
  ciGoOlderThanGoMod,
  ciGoVersionsDisagree,
  ciGopathCachedWhole,
  ciHistoryNotFetched,
  ciHostKeyNotChecked,
  ciIncludedFileMissing,
  ciJobsNeedEachOther,
  ciKeyFileRights,
  ciKnownHostsMissing,
  ciLatestDeployed,
  ciLockFilePassedOver,
  ciModulesOff,
  ciMovedIntoGopath,
  ciNeededJobMissing,
  ciNpmInstall,
  ciNumberReadsOtherwise,
  ciPlainSecret,
  ciRaceWithoutCgo,
  ciRunnerNobodyHas,
  ciScriptLineIsMap,
  ciSecretPrinted,
  ciStageMissing,
  ciTidyNotChecked,
  ciVariableIsBoolean,
  ciYamlBroken,
  contextCopyOutside,
  contextGitSent,
  contextLarge,
  contextNeededFileIgnored,
  contextNoIgnoreFile,
  contextNodeModulesSent,
  contextOutputsSent,
  coverageAbsolutePath,
  coverageOtherModule,
  coveragePathNotInTree,
  dockerAddWithoutChecksum,
  dockerAlpineWithoutGcc,
  dockerApkCacheKept,
  dockerAptCacheUnlocked,
  dockerAptInstallAsks,
  dockerAptListsKept,
  dockerAptUpdateAlone,
  dockerCacheMountElsewhere,
  dockerChangingArgBeforeDownload,
  dockerChecksumsOff,
  dockerCmdNeverPassed,
  dockerCopiedFromElsewhere,
  dockerCopyFromUnknown,
  dockerCopyMissesPackages,
  dockerCrossCompilerMissing,
  dockerDownloadNotUsed,
  dockerEntrypointNotCopied,
  dockerEntrypointNotExecutable,
  dockerEnvLostBetweenRuns,
  dockerExecFormSingleQuotes,
  dockerExposeAnotherPort,
  dockerFloatingTag,
  dockerForeignArchitecture,
  dockerGitHistoryHidden,
  dockerGitMissingOnAlpine,
  dockerGlibcOlderAtRun,
  dockerGlobalArgNotRedeclared,
  dockerGoCacheWithoutHome,
  dockerGoGetInstallsNothing,
  dockerGoInstallLatest,
  dockerGoSumNotCopied,
  dockerGo111module,
  dockerGolangOlderThanGoMod,
  dockerGoproxyLoopback,
  dockerHealthcheckWithoutProgram,
  dockerLibcMismatch,
  dockerListensOnLoopback,
  dockerModuleInGopath,
  dockerNoCertificates,
  dockerNoTimeZones,
  dockerOnlyTheLastCounts,
  dockerOpenedFileNotCopied,
  dockerPipeAtStart,
  dockerPlatformArgNotDeclared,
  dockerPrivateModuleWithoutCredentials,
  dockerRelativeWorkdir,
  dockerRemovedInLaterLayer,
  dockerReplaceNotCopied,
  dockerRootUser,
  dockerSecretCopied,
  dockerSecretInVariable,
  dockerSecretMountOptional,
  dockerSecretNotMounted,
  dockerShellFormWithoutShell,
  dockerSourceBeforeDownload,
  dockerSourceBeforeInstall,
  dockerTimeZoneVariable,
  dockerToolchainShipped,
  dockerUserNotInImage,
  dockerVariableInExecForm,
  dockerVendorNotInContext,
  dockerWorkspaceMemberNotCopied,
  envBadPattern,
  envChecksumsOff,
  envCredentialsOverHttp,
  envDiskFull,
  envFolderUnusable,
  envGoTooOld,
  envGoprivateTooBroad,
  envModFlag,
  envModulesOff,
  envNameLeaks,
  envNetrcIncomplete,
  envNetrcReadable,
  envPrivateNotMarked,
  envProxyEntriesIgnored,
  envProxyVariables,
  envSettingUnknown,
  envSourceFails,
  envSshKeyReadable,
  envTokenRefused,
  imageGoOlderThanGoMod,
  imageMayNotStart,
  imageNeedMissing,
  imageOfAnotherModule,
  imageRootUser,
  imageSecretInside,
  imageToolchainInside,
  imageWaste,
  imageWillNotStart,
  internalUsedFromOutside,
  modDeprecated,
  modDirectiveNewerThanGoLine,
  modGoLineNamesNoRelease,
  modGoModBroken,
  modGoSumBroken,
  modGoSumLacksLine,
  modGoSumMissing,
  modGoSumNotCommitted,
  modHeavyForItsConsumers,
  modHiddenDependency,
  modImportNobodyRequires,
  modIncompatible,
  modLocalReplace,
  modModulePathTwice,
  modNoGoLine,
  modNoGoMod,
  modPathNotTheRepository,
  modRelativeImport,
  modReplaceWithoutEffect,
  modRequirementNobodyImports,
  modRetracted,
  modTagOfPseudoVersion,
  modWorkspaceMemberMissing,
  modWorkspaceOlderThanMember,
  npmLockInconsistent,
  npmLockLacksOptional,
  npmLockMissing,
  npmLockOtherRegistry,
  npmLockOutOfStep,
  npmLockOutsideRange,
  npmLockRecordDiffers,
  npmPeerUnmet,
  npmRangeOpen,
  npmScopeWithoutRegistry,
  npmTokenForAnotherPath,
  npmTokenInNpmrc,
  npmTwoLockFiles,
  npmZeroMajorRange,
  tagMajorNotInPath,
  tagMoved,
  tagNestedWithoutPrefix,
  tagNotAVersion,
  vendorChanged,
  vendorExtraFile,
  vendorMissingFile,
  vendorOutOfStep,
  vendorPackageMissing,
  vendorPackageNobodyNames,
  vendorPassedOver,
];
