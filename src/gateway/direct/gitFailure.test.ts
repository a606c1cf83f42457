import { expect, test } from "vitest";
import type { Reach } from "./gitAccess.ts";
import { gitFailure } from "./gitFailure.ts";

const reach: Reach = {
  url: "https://u:pw@git.corp.example/team/lib",
  settings: [],
  env: {},
  secrets: [],
  userConfig: false,
  rule: undefined,
  credentials: undefined,
};
const withToken: Reach = { ...reach, credentials: "the token of the rule for git.corp.example" };

// As git 2.39, its curl (GnuTLS and OpenSSL) and OpenSSH say it.
const rows: readonly [said: string, kind: string, text: RegExp, at?: Reach][] = [
  [
    "fatal: could not read Username for 'https://git.corp.example': terminal prompts disabled",
    "not-found",
    /401.*has no credentials/,
  ],
  [
    "fatal: Authentication failed for 'https://git.corp.example/team/lib/'",
    "outage",
    /401.*wrong or expired.*the token of the rule/,
    withToken,
  ],
  ["remote: HTTP Basic: Access denied", "outage", /401/, withToken],
  [
    "fatal: unable to access 'https://git.corp.example/': The requested URL returned error: 403",
    "forbidden",
    /403: no right.*the token/,
    withToken,
  ],
  [
    "remote: Repository not found.\nfatal: repository 'https://git.corp.example/team/lib/' not found",
    "not-found",
    /hidden from these credentials/,
  ],
  [
    "remote: The project you were looking for could not be found or you don't have permission to view it.",
    "not-found",
    /hidden/,
  ],
  ["fatal: unable to access 'x': The requested URL returned error: 404", "not-found", /no such repository/],
  ["fatal: unable to access 'x': The requested URL returned error: 429", "rate-limited", /429/],
  ["fatal: unable to access 'x': The requested URL returned error: 503", "outage", /503: the host has an error/],
  ["fatal: unable to access 'x': The requested URL returned error: 301", "outage", /has moved/],
  [
    "fatal: unable to access 'x': Could not resolve host: git.corp.example",
    "outage",
    /git\.corp\.example does not resolve/,
  ],
  ["ssh: Could not resolve hostname nowhere: Name or service not known", "outage", /nowhere does not resolve/],
  [
    "fatal: unable to access 'x': Failed to connect to git.corp.example port 443 after 1 ms: Couldn't connect to server",
    "outage",
    /connection refused/,
  ],
  ["ssh: connect to host git.corp.example port 22: Connection refused", "outage", /connection refused/],
  ["ssh: connect to host git.corp.example port 22: Connection timed out", "timeout", /did not answer in time/],
  [
    "fatal: unable to access 'x': Operation too slow. Less than 1 bytes/sec transferred the last 30 seconds",
    "timeout",
    /did not answer/,
  ],
  ["fatal: unable to access 'x': SSL certificate problem: certificate has expired", "outage", /has expired/],
  [
    "fatal: unable to access 'x': SSL certificate problem: unable to get local issuer certificate",
    "outage",
    /unknown authority.*NODE_EXTRA_CA_CERTS/,
  ],
  [
    "fatal: unable to access 'x': SSL certificate problem: self-signed certificate in certificate chain",
    "outage",
    /unknown authority/,
  ],
  [
    "fatal: unable to access 'x': server certificate verification failed. CAfile: none CRLfile: none",
    "outage",
    /unknown authority/,
  ],
  [
    "fatal: unable to access 'x': SSL: no alternative certificate subject name matches target host name 'git.corp.example'",
    "outage",
    /for another name/,
  ],
  [
    "fatal: unable to access 'x': SSL: certificate subject name (other) does not match target host name 'y'",
    "outage",
    /for another name/,
  ],
  [
    "No ED25519 host key is known for git.corp.example and you have requested strict checking.\r\nHost key verification failed.",
    "outage",
    /host's key is not known: put it into/,
  ],
  [
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
    "outage",
    /was changed, or somebody stands between/,
  ],
  [
    "git@git.corp.example: Permission denied (publickey).\nfatal: Could not read from remote repository.",
    "outage",
    /refused the key/,
  ],
  ["fatal: transport 'ext' not allowed", "forbidden", /protocol ext is not allowed/],
  [
    "fatal: https://git.corp.example/info/refs not valid: is this a git repository?",
    "bad-answer",
    /does not speak git's protocol/,
  ],
  ["fatal: early EOF\nfatal: fetch-pack: invalid index-pack output", "bad-answer", /no sound pack/],
  ["fatal: the remote end hung up unexpectedly", "outage", /ended the connection/],
  ["fatal: write error: No space left on device", "outage", /disk of the gateway is full/],
  ["fatal: something new", "outage", /status 128: fatal: something new/],
];

test.for(rows)("%s", ([stderr, kind, text, at = reach]) => {
  const failure = gitFailure({ status: 128, stdout: Buffer.alloc(0), stderr, cut: undefined }, at, "listing the refs");
  expect(failure.message).toMatch(text);
  expect(failure.message).toMatch(/^listing the refs of https:\/\/git\.corp\.example\/team\/lib: /);
  expect(failure.message).not.toContain("pw");
  expect(failure.kind).toBe(kind);
});

test.for([
  ["timeout", "timeout", /gateway\.direct\.timeout/],
  ["too-long", "bad-answer", /longer than/],
  ["too-large", "bad-answer", /repositoryLimit/],
  ["stopped", "outage", /stopping/],
] as const)("a run that was ended: %s", ([cut, kind, text]) => {
  const failure = gitFailure({ status: null, stdout: Buffer.alloc(0), stderr: "", cut }, reach, "fetching");
  expect(failure.kind).toBe(kind);
  expect(failure.message).toMatch(text);
});
