import { describe, expect, test } from "vitest";
import { connectError, lastLines, type SshErrorCode } from "./sshError.ts";

// As OpenSSH 9.2 prints it with LogLevel=ERROR.
const changed = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Offending ED25519 key in /root/.ssh/known_hosts:1
Host key for web1 has changed and you have requested strict checking.
Host key verification failed.`;

describe("what ssh printed becomes a cause and a next step", () => {
  test.each<[string, SshErrorCode, RegExp]>([
    [changed, "host-key-changed", /ssh-keygen -R web1/],
    [
      "No ED25519 host key is known for web1 and you have requested strict checking.\r\nHost key verification failed.",
      "host-key-unknown",
      /ssh-keyscan web1/,
    ],
    ["ssh: Could not resolve hostname web1: Name or service not known", "name-unknown", /environments\.hosts/],
    ["deploy@web1: Permission denied (publickey).", "key-refused", /authorized_keys/],
    ['Load key "/root/.ssh/id_ed25519": error in libcrypto', "key-refused", /fairlead ci ssh/],
    ["ssh: connect to host web1 port 22: Connection refused", "unreachable", /is sshd running/],
    ["ssh: connect to host web1 port 22: Connection timed out", "unreachable", /firewall or a VPN/],
    ["ssh: connect to host web1 port 22: No route to host", "unreachable", /Is it up/],
    ["something new", "unreachable", /ssh said: something new\nTry: ssh -v deploy@web1 true/],
    ["", "unreachable", /ended without a word/],
  ])("%j is %s", (printed, code, says) => {
    const error = connectError("deploy@web1", "web1", printed);
    expect(error.code).toBe(code);
    expect(error.host).toBe("deploy@web1");
    expect(error.message).toMatch(says);
  });
});

test("a host's words can't play with the terminal, and are few", () => {
  expect(lastLines("\u001B[2J\u0007one\r\n\r\ntwo\u009B31m\nthree\tx")).toBe("[2Jone\ntwo31m\nthree\tx");
  expect(lastLines("x\n".repeat(100_000)).split("\n")).toHaveLength(4);
});
