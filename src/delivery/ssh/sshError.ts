/**
 * What went wrong between here and a host.
 *
 * - `no-client`: no ssh program here
 * - `name-unknown`: the host's name can't be resolved
 * - `unreachable`: refused, no route, or no answer in time
 * - `host-key-unknown`, `host-key-changed`: the host can't prove that it is the one we know
 * - `key-refused`: the host doesn't take our key
 * - `lost`: the connection broke in the middle
 * - `timeout`: a step took longer than it may
 * - `output`: a step printed more than it may
 * - `forwarding`: the host's sshd doesn't allow forwarding
 * - `value`: something that can't be passed on safely
 */
export type SshErrorCode =
  | "no-client"
  | "name-unknown"
  | "unreachable"
  | "host-key-unknown"
  | "host-key-changed"
  | "key-refused"
  | "lost"
  | "timeout"
  | "output"
  | "forwarding"
  | "value";

/** `message` is for people and says what to do next; `host` is the one it concerns, as in fairlead.yaml. */
export class SshError extends Error {
  override readonly name = "SshError";
  readonly code: SshErrorCode;
  readonly host: string;

  constructor(code: SshErrorCode, host: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.host = host;
  }
}

/** The rows are tried in order: the first whose words stand in what ssh printed says what it was. */
const signs: readonly (readonly [RegExp, SshErrorCode, (host: string, name: string) => string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Offending .* key in/i,
    "host-key-changed",
    (_, name) =>
      `its host key is not the one in known_hosts. Either the machine was set up anew, or somebody answers in its place. ` +
      `Ask whoever runs it for the fingerprint; only when it matches: ssh-keygen -R ${name}, then add the new key`,
  ],
  [
    /No \S+ host key is known for|Host key verification failed|host key is not known/i,
    "host-key-unknown",
    (_, name) =>
      `its host key is not in known_hosts, and an unknown host is never trusted. Take the key from whoever runs it, or: ` +
      `ssh-keyscan ${name} >> ~/.ssh/known_hosts, and compare the fingerprint (ssh-keygen -lf ~/.ssh/known_hosts)`,
  ],
  [
    /Could not resolve hostname/i,
    "name-unknown",
    () => "no such name. Check its spelling under environments.hosts, and the name server or VPN of this machine",
  ],
  [
    /Permission denied \(|Too many authentication failures|no mutual signature/i,
    "key-refused",
    (host) =>
      `it refuses the key. Check that the public key stands in ~/.ssh/authorized_keys of that user, and that ssh finds ` +
      `the private one without asking: ssh -o BatchMode=yes ${host} true (in CI: fairlead ci ssh)`,
  ],
  [
    /bad permissions|UNPROTECTED PRIVATE KEY|invalid format|error in libcrypto/i,
    "key-refused",
    () => "the private key here can't be used: wrong mode or format. fairlead ci ssh finds and mends that",
  ],
  [/Connection refused/i, "unreachable", () => "it refuses the connection: is sshd running, and is the port right?"],
  [
    /timed out|No route to host|Network is unreachable|Host is down|banner exchange/i,
    "unreachable",
    () => "it doesn't answer. Is it up, and does a firewall or a VPN stand in between?",
  ],
];

/** Reads what ssh printed before it gave up (exit status 255). `name` is the bare host name or address. */
export function connectError(host: string, name: string, printed: string): SshError {
  const said = lastLines(printed);
  for (const [sign, code, advice] of signs) {
    if (sign.test(printed)) return new SshError(code, host, `${host}: ${advice(host, name)}.\nssh said: ${said}`);
  }
  const nothing = said === "" ? "ssh ended without a word" : `ssh said: ${said}`;
  return new SshError("unreachable", host, `${host}: no connection. ${nothing}\nTry: ssh -v ${host} true`);
}

/** What a host prints is the host's word: bounded, and without control characters that would play with the terminal. */
export function lastLines(text: string, count = 4): string {
  return text
    .slice(-4000)
    .split(/\r?\n/)
    .map((line) => line.replaceAll(/[^\P{C}\t]/gu, "").trimEnd())
    .filter((line) => line !== "" && !/^@+$/.test(line))
    .slice(-count)
    .join("\n");
}
