// git and ssh, as they stand between a build and its sources.
import { type Provocation, shop } from "../provocation.ts";

const who = "-c user.name=a -c user.email=a@b.example";
const commit = `git init -q -b main . && git add -A && git ${who} commit -q -m first`;
/** A server of its own on a port of its own, for one command; root alone may start it. */
const sshServer =
  "ssh-keygen -q -t ed25519 -N '' -f .host; ssh-keygen -q -t ed25519 -N '' -f .key; mkdir -p /run/sshd; port=$((20000 + $$ % 20000)); /usr/sbin/sshd -D -f /dev/null -h $PWD/.host -p $port -o PidFile=none -o StrictModes=no -o AuthorizedKeysFile=$PWD/.authorized -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no -o UsePAM=no & pid=$!; sleep 1";
const ended = "kill $pid";

export const gitProvocations: readonly Provocation[] = [
  {
    symptom: "git/dubious-ownership",
    cause: "ownership",
    tool: "git",
    files: shop(),
    script: `${commit} && chown -R 12345 .git . && git status`,
  },
  { symptom: "git/not-a-repository", cause: "no-git", tool: "git", files: shop(), script: "git describe --tags" },
  {
    symptom: "git/not-a-repository",
    variant: "ignored",
    cause: "ignored",
    shows: [".dockerignore:1"],
    tool: "git",
    files: shop({
      ".dockerignore": ".git\n",
      Dockerfile: "FROM golang:1.26\nWORKDIR /src\nCOPY . .\nRUN git describe\n",
    }),
    script: "git describe --tags",
  },
  { symptom: "git/no-tags", cause: "shallow", tool: "git", files: shop(), script: `${commit}; git describe` },
  {
    symptom: "git/no-tags",
    variant: "annotated",
    cause: "shallow",
    tool: "git",
    files: shop(),
    script: `${commit}; git tag v1.0.0; git describe`,
  },
  {
    symptom: "git/repository-not-found",
    cause: "not-found",
    tool: "git",
    files: {},
    script: "git clone $STATUS/404/team/lib.git",
  },
  {
    symptom: "go/no-credentials",
    variant: "git",
    cause: "general",
    tool: "git",
    files: {},
    script: "git clone $STATUS/401/acme/lib.git",
  },
  {
    symptom: "git/authentication-failed",
    cause: "credentials",
    tool: "git",
    files: {},
    script: "git clone $(echo $STATUS | sed 's,//,//ci:wrong-password@,')/401/acme/lib.git",
  },
  {
    symptom: "git/certificate",
    cause: "authority",
    tool: "git",
    files: {},
    script:
      "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 1 -subj /CN=localhost 2>/dev/null; port=$((20000 + $$ % 20000)); openssl s_server -accept $port -key k.pem -cert c.pem -www >/dev/null 2>&1 & pid=$!; sleep 1; git clone https://localhost:$port/team/lib.git 2>&1 | sed 's,localhost:[0-9]*,git.corp.example,'; kill $pid",
    slow: true,
  },
  {
    symptom: "git/no-such-host",
    cause: "dns",
    tool: "git",
    files: {},
    script: "unshare -n git clone https://git.corp.invalid/team/lib.git",
    slow: true,
  },
  {
    symptom: "git/unknown-ref",
    cause: "ref",
    tool: "git",
    files: shop(),
    script: `${commit}; git checkout v9.9.9; git fetch . nope; git clone -q -b nope . ../copy; git rev-parse origin/nope`,
  },
  {
    symptom: "git/no-identity",
    cause: "identity",
    tool: "git",
    files: shop(),
    script: "git init -q . && git add -A && git -c user.useConfigOnly=true commit -m first",
  },
  {
    symptom: "git/locked",
    cause: "lock",
    tool: "git",
    files: shop(),
    script: `${commit}; touch .git/index.lock; git add -A`,
  },
  {
    symptom: "git/push-rejected",
    cause: "behind",
    tool: "git",
    files: shop(),
    script: `${commit}; git clone -q --bare . ../origin.git; git clone -q ../origin.git ../other; cd ../other; git ${who} commit -q --allow-empty -m other; git push -q; cd ../shop; git ${who} commit -q --allow-empty -m own; git push ../origin.git main`,
  },
  {
    symptom: "git/merge-conflict",
    cause: "go-sum",
    tool: "git",
    files: shop({ "go.sum": "example.com/lib v1.0.0 h1:A=\n" }),
    script: `${commit}; git checkout -q -b topic; echo 'example.com/lib v1.1.0 h1:B=' > go.sum; git ${who} commit -qam topic; git checkout -q main; echo 'example.com/lib v1.2.0 h1:C=' > go.sum; git ${who} commit -qam main; git ${who} merge topic`,
  },
  {
    symptom: "git/local-changes",
    cause: "changes",
    tool: "git",
    files: shop(),
    script: `${commit}; git checkout -q -b topic; echo '// t' >> main.go; git ${who} commit -qam topic; git checkout -q main; echo '// m' >> main.go; git checkout topic`,
  },
  {
    symptom: "ssh/host-key-unknown",
    cause: "known-hosts",
    tool: "git",
    files: {},
    script: `${sshServer}; GIT_SSH_COMMAND='ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/dev/null -i .key' git clone ssh://root@127.0.0.1:$port/team/lib.git; ${ended}`,
    slow: true,
  },
  {
    symptom: "ssh/host-key-changed",
    cause: "changed",
    tool: "git",
    files: {},
    script: `${sshServer}; echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 .key.pub)" > .known; GIT_SSH_COMMAND="ssh -F /dev/null -o BatchMode=yes -o UserKnownHostsFile=$PWD/.known -i .key" git clone ssh://root@127.0.0.1:$port/team/lib.git; ${ended}`,
    slow: true,
  },
  {
    symptom: "ssh/key-refused",
    cause: "key",
    tool: "git",
    files: {},
    script: `${sshServer}; GIT_SSH_COMMAND='ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -i .key' git clone ssh://root@127.0.0.1:$port/team/lib.git; ${ended}`,
    slow: true,
  },
  {
    symptom: "ssh/key-permissions",
    cause: "mode",
    tool: "git",
    files: {},
    script: `${sshServer}; cp .key.pub .authorized; chmod 644 .key; GIT_SSH_COMMAND='ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -i .key' git clone ssh://root@127.0.0.1:$port/team/lib.git; ${ended}`,
    slow: true,
  },
  {
    symptom: "ssh/key-format",
    cause: "format",
    tool: "git",
    files: {},
    script: `${sshServer}; tr -d '\\n' < .key > .bad; chmod 600 .bad; GIT_SSH_COMMAND='ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -i .bad' git clone ssh://root@127.0.0.1:$port/team/lib.git; ${ended}`,
    slow: true,
  },
  {
    symptom: "ssh/connection-refused",
    cause: "refused",
    tool: "git",
    files: {},
    script: "GIT_SSH_COMMAND='ssh -F /dev/null -o BatchMode=yes' git clone ssh://git@127.0.0.1:9/team/lib.git",
  },
];
