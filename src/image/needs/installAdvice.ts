import { distribution } from "../why/libc.ts";
import type { RootFs } from "../rootfs/rootFs.ts";

/** How a package's files come into the last stage, by what that stage stands on. */
export function installAdvice(fs: RootFs, name: string, copied: string): string {
  switch (distribution(fs)?.id) {
    case "alpine":
      return `RUN apk add --no-cache ${name} in the last stage`;
    case "debian":
    case "ubuntu":
      return `RUN apt-get update && apt-get install -y --no-install-recommends ${name} in the last stage`;
    default:
      return `COPY --from=build ${copied} ${copied} (in a build stage that has ${name})`;
  }
}
