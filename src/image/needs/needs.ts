// What the programs that a container starts need of its image once they run: told by the functions that are linked into them
// and by the image's settings, held against its files.

import type { Container } from "../why/container.ts";
import { certificates } from "./certificates.ts";
import type { Need } from "./need.ts";
import { hostNames, lowPorts } from "./network.ts";
import { startedPrograms } from "./startedProgram.ts";
import { timeZones } from "./timeZones.ts";
import { userEntry } from "./users.ts";
import { temporaryFiles, volumes } from "./writablePaths.ts";

export function needsOf(container: Container, argv: readonly string[]): Need[] {
  const programs = startedPrograms(container, argv);
  const ofPrograms = programs.flatMap((program) =>
    [certificates, timeZones, userEntry, temporaryFiles, hostNames].map((need) => need(container, program)),
  );
  return [...ofPrograms, ...volumes(container), lowPorts(container)].filter((need) => need !== undefined);
}
