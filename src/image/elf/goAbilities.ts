// What a Go program does that needs something of its image, told by the functions that are linked into it.

import { goFunctionsOf } from "./goFunctions.ts";

export type Ability =
  /** It opens TLS connections: certificates of authorities are read (crypto/x509). A server alone does not. */
  | "tls-client"
  /** It asks for a time zone by name. */
  | "time-zone"
  /** Zones are in the program (time/tzdata, -tags timetzdata). */
  | "own-time-zones"
  /** It looks up users or groups in /etc/passwd and /etc/group. */
  | "users"
  | "temporary-files"
  /** It starts other programs. */
  | "programs";

const functions = {
  "net/http.(*Transport).RoundTrip": "tls-client",
  "crypto/tls.Dial": "tls-client",
  "crypto/tls.DialWithDialer": "tls-client",
  "crypto/tls.(*Dialer).DialContext": "tls-client",
  "crypto/x509.SystemCertPool": "tls-client",
  "google.golang.org/grpc/credentials.(*tlsCreds).ClientHandshake": "tls-client",
  "time.LoadLocation": "time-zone",
  "time/tzdata.loadFromEmbeddedTZData": "own-time-zones",
  "os/user.Current": "users",
  "os/user.Lookup": "users",
  "os/user.LookupId": "users",
  "os/user.LookupGroup": "users",
  "os.CreateTemp": "temporary-files",
  "os.MkdirTemp": "temporary-files",
  "os/exec.(*Cmd).Start": "programs",
} as const satisfies Readonly<Record<string, Ability>>;

const names: readonly string[] = Object.keys(functions);

/** Reads a Go program's abilities out of its bytes. */
export function goAbilities(bytes: Buffer): ReadonlySet<Ability> {
  const table: Readonly<Record<string, Ability>> = functions;
  const found = goFunctionsOf(bytes, names).flatMap((name) => table[name] ?? []);
  return new Set(found);
}
