// Entries of /etc/passwd for whoever the program runs as (os/user/lookup_unix.go, lookup_stubs.go).

import type { Container } from "../why/container.ts";
import { passwdNames } from "../why/user.ts";
import type { Need } from "./need.ts";
import type { StartedProgram } from "./startedProgram.ts";

export function userEntry(container: Container, { path, go }: StartedProgram): Need | undefined {
  if (go?.abilities.has("users") !== true) return undefined;
  const { uid } = container.who;
  const need = { kind: "user-entry", by: path } as const;
  const does = `${path} looks up users (os/user)`;
  const name = passwdNames(container.fs).get(uid);
  if (name !== undefined) {
    const reason = `${does}: /etc/passwd has ${name} for user ${uid}`;
    return { ...need, state: "met", reason, error: undefined, fixes: [] };
  }
  const gid = container.who.gids[0] ?? 0;
  // With cgo the C library is asked (os/user/cgo_lookup_unix.go), and no variable stands in for an entry.
  const byC = go.cgoPackages.includes("os/user");
  return {
    ...need,
    // user.Current goes by USER and HOME where there is no entry, and engines set HOME.
    state: container.env.has("USER") && !byC ? "depends" : "missing",
    reason: `${does}, and /etc/passwd has no entry for user ${uid}, whom it runs as`,
    error: byC ? `user: unknown userid ${uid}` : "user: Current requires cgo or $USER set in environment",
    fixes: [
      `bring an entry along: RUN echo 'app:x:${uid}:${gid}::/:/sbin/nologin' > /passwd in the build stage, then COPY --from=build /passwd /etc/passwd`,
      ...(byC ? [] : [`or set USER among the image's variables, if user.Current is all that is asked: ENV USER=app`]),
    ],
  };
}
