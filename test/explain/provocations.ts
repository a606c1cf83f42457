import type { Provocation } from "./provocation.ts";
import { compileProvocations } from "./provocations/compile.ts";
import { dockerProvocations } from "./provocations/docker.ts";
import { gitProvocations } from "./provocations/git.ts";
import { moduleProvocations } from "./provocations/modules.ts";
import { networkProvocations } from "./provocations/network.ts";
import { npmProvocations } from "./provocations/npm.ts";

export const provocations: readonly Provocation[] = [
  ...moduleProvocations,
  ...compileProvocations,
  ...networkProvocations,
  ...dockerProvocations,
  ...gitProvocations,
  ...npmProvocations,
];
