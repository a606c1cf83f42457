// ssh, mostly under git.

import { oneCause } from "../oneCause.ts";
import type { Symptom } from "../symptom.ts";

export const sshSymptoms: readonly Symptom[] = [
  oneCause({
    id: "ssh/host-key-changed",
    title: "The host's key is another one than before",
    tools: "OpenSSH",
    match: [
      { has: "REMOTE HOST IDENTIFICATION HAS CHANGED", line: /REMOTE HOST IDENTIFICATION HAS CHANGED/ },
      { has: "has changed and you have requested strict checking", line: /Host key for (?<host>\S+) has changed/ },
    ],
    cause: "changed",
    happened: ({ field }) =>
      `The server ${field("host") || ""} shows another key than known_hosts has: it was set up anew, its address now belongs to another one, or somebody stands in between.`.replace(
        "server  ",
        "server ",
      ),
    fix: "Ask its owner for the new fingerprint, then replace the line. Don't turn the check off.",
    commands: "ssh-keygen -R HOST\nssh-keyscan HOST | tee -a ~/.ssh/known_hosts | ssh-keygen -lf -",
    check: "ssh -o BatchMode=yes HOST true",
  }),
  oneCause({
    id: "ssh/host-key-unknown",
    title: "The host's key is not known",
    tools: "OpenSSH",
    match: [
      { has: "Host key verification failed", line: /Host key verification failed/ },
      { has: "host key is known for", line: /No (?<kind>\w+) host key is known for (?<host>\S+)/ },
    ],
    isConsequence: true,
    cause: "known-hosts",
    happened:
      "known_hosts has no line for this server, and nobody is there to say yes: a CI job, a container, or strict checking.",
    fix: "Put the server's key into known_hosts, from a place that you trust (a CI variable; forges publish theirs). StrictHostKeyChecking=no takes whatever answers.",
    commands: "ssh-keyscan HOST >> ~/.ssh/known_hosts\nfairlead ci ssh check",
    check: "ssh -o BatchMode=yes HOST true",
  }),
  oneCause({
    id: "ssh/key-permissions",
    title: "The private key is readable by others",
    tools: "OpenSSH",
    match: [
      { has: "UNPROTECTED PRIVATE KEY FILE", line: /UNPROTECTED PRIVATE KEY FILE/ },
      { has: "are too open", line: /Permissions (?<mode>\d+) for '(?<file>[^']+)' are too open/ },
      { has: "bad permissions", line: /Load key "(?<file>[^"]+)": bad permissions/ },
    ],
    cause: "mode",
    happened:
      "ssh ignores a private key that others may read. Files that CI systems write, and mounts, often have mode 0644 or 0666.",
    fix: "Take the rights away before ssh runs, or load the key into an agent.",
    commands: "chmod 600 ~/.ssh/id_ed25519\nfairlead ci ssh check",
    check: "ls -l ~/.ssh",
  }),
  oneCause({
    id: "ssh/key-format",
    title: "The private key can't be read",
    tools: "OpenSSH 8 and newer with OpenSSL 3; older ones say invalid format",
    match: [
      { has: "error in libcrypto", line: /Load key "(?<file>[^"]+)": error in libcrypto/ },
      { has: "invalid format", line: /(?:Load key|Error loading key) "?(?<file>[^\s"]+)"?: invalid format/ },
    ],
    cause: "format",
    happened: ({ field }) =>
      `${field("file")} is no private key any more: line breaks were lost on the way through a variable, CR LF came in, the last line break is missing, or it is a public key.`,
    fix: "Keep it in a variable of type file, or in base64; the file must end in a line break.",
    commands: "tr -d '\\r' < KEY | ssh-keygen -y -f /dev/stdin\nfairlead ci ssh check",
    check: "ssh-keygen -y -f KEY > /dev/null",
  }),
  oneCause({
    id: "ssh/key-refused",
    title: "The server takes none of the keys",
    tools: "OpenSSH",
    match: [{ has: "Permission denied (", line: /Permission denied \((?<ways>[\w,-]*publickey[\w,-]*)\)/ }],
    isConsequence: true,
    cause: "key",
    happened:
      "The server was reached, and took none of the keys that were offered: the wrong user name, a key that is not registered there, or no key at all in this job or container.",
    fix: "Look which keys are offered; add the public part on the server (a deploy key is enough for reading).",
    commands: "ssh -v HOST 2>&1 | grep -i 'offering\\|identity file'\nssh-add -l",
    check: "ssh -o BatchMode=yes git@HOST",
  }),
  oneCause({
    id: "ssh/connection-refused",
    title: "No ssh server answers",
    tools: "OpenSSH",
    match: [
      {
        has: "ssh: connect to host",
        line: /ssh: connect to host (?<host>\S+) port (?<port>\d+): (?<why>Connection refused|Connection timed out|No route to host|Network is unreachable)/,
      },
    ],
    cause: "refused",
    happened: ({ field }) =>
      `${field("host")} does not take connections on port ${field("port")} (${field("why")}): no ssh server there, another port, or a firewall in between.`,
    fix: "Check host and port. Where port 22 is closed on the way out, forges also listen on 443.",
    commands: ({ field }) => `ssh -G '${field("host").replaceAll("'", "")}' | grep -E '^(hostname|port|proxy)'`,
    check: "ssh -o BatchMode=yes -o ConnectTimeout=5 HOST true",
  }),
];
