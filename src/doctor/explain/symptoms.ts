// All symptoms. Their order is the order of docs/explain.md; where two match a line, the first one is told first.

import type { Symptom } from "./symptom.ts";
import { checksumDatabaseSymptoms } from "./symptoms/checksumDatabase.ts";
import { containerStartSymptoms } from "./symptoms/containerStart.ts";
import { dockerEngineSymptoms } from "./symptoms/dockerEngine.ts";
import { dockerInputSymptoms } from "./symptoms/dockerInputs.ts";
import { dockerStepSymptoms } from "./symptoms/dockerSteps.ts";
import { dockerfileTextSymptoms } from "./symptoms/dockerfileText.ts";
import { gitSymptoms } from "./symptoms/git.ts";
import { goCgoSymptoms } from "./symptoms/goCgo.ts";
import { goCompileSymptoms } from "./symptoms/goCompile.ts";
import { goFileSymptoms } from "./symptoms/goFiles.ts";
import { goMachineSymptoms } from "./symptoms/goMachine.ts";
import { goModFileSymptoms } from "./symptoms/goModFile.ts";
import { goModuleSymptoms } from "./symptoms/goModule.ts";
import { goPackageSymptoms } from "./symptoms/goPackages.ts";
import { goProxySymptoms } from "./symptoms/goProxies.ts";
import { goRepositorySymptoms } from "./symptoms/goRepositories.ts";
import { goSumSymptoms } from "./symptoms/goSum.ts";
import { goToolchainSymptoms } from "./symptoms/goToolchain.ts";
import { goUsageSymptoms } from "./symptoms/goUsage.ts";
import { goVendorSymptoms } from "./symptoms/goVendor.ts";
import { goVersionSymptoms } from "./symptoms/goVersions.ts";
import { goWorkspaceSymptoms } from "./symptoms/goWorkspace.ts";
import { kubernetesSymptoms } from "./symptoms/kubernetes.ts";
import { npmSymptoms } from "./symptoms/npm.ts";
import { runningSymptoms } from "./symptoms/running.ts";
import { sshSymptoms } from "./symptoms/ssh.ts";

export const symptoms: readonly Symptom[] = [
  ...goPackageSymptoms,
  ...goFileSymptoms,
  ...goModFileSymptoms,
  ...goSumSymptoms,
  ...goModuleSymptoms,
  ...goVendorSymptoms,
  ...goWorkspaceSymptoms,
  ...goVersionSymptoms,
  ...goToolchainSymptoms,
  ...goRepositorySymptoms,
  ...checksumDatabaseSymptoms,
  ...goProxySymptoms,
  ...goCompileSymptoms,
  ...goCgoSymptoms,
  ...goMachineSymptoms,
  ...goUsageSymptoms,
  ...runningSymptoms,
  ...containerStartSymptoms,
  ...dockerfileTextSymptoms,
  ...dockerInputSymptoms,
  ...dockerStepSymptoms,
  ...dockerEngineSymptoms,
  ...gitSymptoms,
  ...sshSymptoms,
  ...npmSymptoms,
  ...kubernetesSymptoms,
];
