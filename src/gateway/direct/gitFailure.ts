// What git's failure means, for whoever reads it in a terminal: which kind it is decides the status, the text says what to
// look at. git has no codes: its English sentences are the only thing there is (LC_ALL=C).

import { type FailureKind, SourceFailure } from "../source.ts";
import type { Reach } from "./gitAccess.ts";
import type { GitRun } from "./gitProcess.ts";

interface Rule {
  readonly pattern: RegExp;
  readonly kind: FailureKind;
  readonly transient?: true;
  readonly text: (reach: Reach, match: RegExpExecArray) => string;
}

const credentialsHint = (reach: Reach): string =>
  reach.credentials === undefined
    ? "Fairlead has no credentials for it: add a token for the host to gateway.direct.rules, or a line to .netrc"
    : `used was ${reach.credentials}`;

/** The first that fits counts: the special before the general. */
const rules: readonly Rule[] = [
  {
    pattern: /Out of memory|memory exhausted|cannot allocate memory/i,
    kind: "bad-answer",
    text: () => "it takes more memory than git may have for one repository",
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    kind: "outage",
    text: (reach) =>
      `the host's key is not the one in ${knownHostsOf(reach)}: it was changed, or somebody stands between; compare it with its administrators, then replace the line`,
  },
  {
    pattern: /Host key verification failed|No \w+ host key is known/,
    kind: "outage",
    text: (reach) =>
      `the host's key is not known: put it into ${knownHostsOf(reach)} (ssh-keyscan shows it; compare it with its administrators)`,
  },
  {
    pattern: /UNPROTECTED PRIVATE KEY FILE[\s\S]*?Load key "([^"]*)"|Permissions \d+ for '([^']*)' are too open/,
    kind: "outage",
    text: (_, [, a, b]) => `the SSH key ${a ?? b ?? ""} can be read by others, so ssh does not use it: chmod 600`,
  },
  {
    pattern: /Identity file (\S+) not accessible|Load key "([^"]*)"/,
    kind: "outage",
    text: (_, [, a, b]) =>
      `the SSH key ${a ?? b ?? ""} can't be read: it is not there, no private key, or locked with a passphrase`,
  },
  {
    pattern: /Permission denied \(([^)]*)\)/,
    kind: "outage",
    text: ({ credentials }) =>
      credentials === undefined
        ? "the host refused the key (gateway.direct.rules names none: set sshKey)"
        : `the host refused the key (${credentials}); add its public half at the host (a key with a passphrase can't be used)`,
  },
  {
    pattern: /Could not resolve host(?:name)?:? ([^\s:]+)/i,
    kind: "outage",
    text: (_, [, host = ""]) => `the host name ${host} does not resolve`,
  },
  {
    pattern: /certificate has expired|certificate is not yet valid/i,
    kind: "outage",
    text: ({ url }) => `the TLS certificate of ${hostOf(url)} has expired or is not valid yet`,
  },
  {
    pattern: /certificate subject name|no alternative certificate subject name matches|does not match target host/i,
    kind: "outage",
    text: ({ url }) => `the TLS certificate of ${hostOf(url)} is for another name`,
  },
  {
    pattern:
      /unable to get local issuer certificate|self[- ]signed certificate|certificate verification failed|certificate problem|server verification failed|signer not found|issuer is unknown/i,
    kind: "outage",
    text: ({ url }) =>
      `the TLS certificate of ${hostOf(url)} is from an unknown authority; name it in NODE_EXTRA_CA_CERTS where the gateway runs`,
  },
  {
    pattern: /Connection refused|Failed to connect to .* port \d+/i,
    kind: "outage",
    transient: true,
    text: ({ url }) => `connection refused: nothing listens at ${hostOf(url)}`,
  },
  {
    pattern: /Operation too slow|Connection timed out|timed out/i,
    kind: "timeout",
    transient: true,
    text: ({ url }) => `${hostOf(url)} did not answer in time`,
  },
  {
    pattern: /could not read Username|terminal prompts disabled/,
    kind: "not-found",
    text: (reach) =>
      `401: the host wants credentials, for a private repository or one that does not exist; ${credentialsHint(reach)}`,
  },
  {
    pattern: /Authentication failed|requested URL returned error: 401|HTTP Basic: Access denied/i,
    kind: "outage",
    text: (reach) =>
      `401: the host did not accept the credentials: a wrong or expired token? ${credentialsHint(reach)}`,
  },
  {
    pattern:
      /requested URL returned error: 403|The requested URL returned error: 403|remote: Forbidden|You are not allowed/i,
    kind: "forbidden",
    text: (reach) => `403: no right to read this repository; ${credentialsHint(reach)}`,
  },
  {
    pattern: /requested URL returned error: 429/,
    kind: "rate-limited",
    transient: true,
    text: () => "429: the host asks for fewer requests",
  },
  {
    pattern: /requested URL returned error: (30[1278])/,
    kind: "outage",
    text: (_, [, status = ""]) => `${status}: the repository has moved, further than is followed`,
  },
  {
    pattern:
      /requested URL returned error: (404|410)|repository '[^']*' not found|Repository not found|does not appear to be a git repository|project you were looking for could not be found|No such file or directory|repository '[^']*' does not exist/i,
    kind: "not-found",
    text: (reach) =>
      `there is no such repository, or it is hidden from these credentials (hosts answer both alike); ${credentialsHint(reach)}`,
  },
  {
    pattern: /requested URL returned error: (5\d\d)/,
    kind: "outage",
    transient: true,
    text: (_, [, status = ""]) => `${status}: the host has an error of its own`,
  },
  {
    pattern: /transport '([^']*)' not allowed|Protocol "?([^\s"]*)"? (?:not supported|disabled)/i,
    kind: "forbidden",
    text: (_, [, a, b]) => `the protocol ${a ?? b ?? ""} is not allowed`,
  },
  {
    pattern: /couldn't find remote ref|not our ref/i,
    kind: "not-found",
    text: () => "the host does not give out this revision",
  },
  {
    pattern: /exec: git: not found/,
    kind: "outage",
    text: () => "there is no git on the PATH of the gateway",
  },
  {
    pattern: /dubious ownership/,
    kind: "outage",
    text: () => "git refuses the repository since it belongs to another user",
  },
  {
    pattern:
      /not valid: is this a git repository|invalid server response|bad line length|protocol error|expected .* got/i,
    kind: "bad-answer",
    text: ({ url }) => `${shown(url)} does not speak git's protocol`,
  },
  {
    pattern: /early EOF|index-pack|unpack|corrupt|bad object|pack has|invalid/i,
    kind: "bad-answer",
    text: () => "what the host sent is no sound pack of objects, or broke off",
  },
  {
    pattern:
      /hung up unexpectedly|Could not read from remote repository|Connection (?:was )?(?:reset|closed)|Recv failure|Empty reply/i,
    kind: "outage",
    transient: true,
    text: () => "the host ended the connection",
  },
  {
    pattern: /No space left on device/i,
    kind: "outage",
    text: () => "the disk of the gateway is full",
  },
];

/** What a run that failed means. `doing` is the beginning of the sentence: `listing the refs`. */
export function gitFailure(run: GitRun, reach: Reach, doing: string): SourceFailure {
  const start = `${doing} of ${shown(reach.url)}: `;
  switch (run.cut) {
    case "timeout":
      return new SourceFailure("timeout", `${start}not done within the time limit (gateway.direct.timeout)`);
    case "too-long":
      return new SourceFailure("bad-answer", `${start}the answer is longer than any of this kind should be`);
    case "too-large":
      return new SourceFailure("bad-answer", `${start}the repository is larger than gateway.direct.repositoryLimit`);
    case "stopped":
      return new SourceFailure("outage", `${start}the gateway is stopping`);
    case undefined:
  }
  for (const { pattern, kind, transient = false, text } of rules) {
    const match = pattern.exec(run.stderr);
    if (match !== null) return new SourceFailure(kind, `${start}${text(reach, match)}`, { transient });
  }
  return new SourceFailure("outage", `${start}git ended with status ${run.status}: ${lastLines(run.stderr)}`);
}

/** Where a 3xx answer of git's says that the repository has moved. */
export function isRedirect(run: GitRun): boolean {
  return /requested URL returned error: 30[1278]/.test(run.stderr);
}

function knownHostsOf({ rule }: Reach): string {
  return rule?.knownHosts ?? "~/.ssh/known_hosts of the user that runs the gateway";
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

/** Without what a rule may have put before the `@`. */
function shown(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/, "$1");
}

function lastLines(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  // What the host says is its own: no control characters, and not much of it.
  return lines
    .slice(-3)
    .join(" / ")
    .replaceAll(/\p{Cc}/gu, " ")
    .slice(0, 400);
}
