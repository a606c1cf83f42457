import { ciCommands, fixOf, jobCommands, jobsOf, lineAfter, placeIn, written } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const push = "    - ssh-keyscan -H git.example >> ~/.ssh/known_hosts\n    - git push\n";

export const rule: Rule = defineRule({
  id: "ci/key-file-rights",
  title: "an SSH key is written to a file that others may read",
  severity: "error",
  why: 'ssh ignores such a key ("UNPROTECTED PRIVATE KEY FILE … It is required that your private key files are NOT accessible by others"), and the login fails with "Permission denied (publickey)".',
  source: "ssh(1), FILES; openssh authfile.c, sshkey_perm_ok",
  examples: {
    bad: {
      ".gitlab-ci.yml": `deploy:\n  script:\n    - mkdir -p ~/.ssh\n    - echo "$SSH_PRIVATE_KEY" > ~/.ssh/id_ed25519\n${push}`,
    },
    good: {
      ".gitlab-ci.yml": `deploy:\n  script:\n    - mkdir -p ~/.ssh\n    - echo "$SSH_PRIVATE_KEY" > ~/.ssh/id_ed25519\n    - chmod 600 ~/.ssh/id_ed25519\n${push}`,
    },
    fixed: {
      ".gitlab-ci.yml": `deploy:\n  script:\n    - mkdir -p ~/.ssh\n    - echo "$SSH_PRIVATE_KEY" > ~/.ssh/id_ed25519\n    - chmod 600 ~/.ssh/id_ed25519\n${push}`,
    },
    silent: {
      "the umask is strict": {
        ".gitlab-ci.yml": 'a:\n  script:\n    - umask 077\n    - echo "$SSH_PRIVATE_KEY" > ~/.ssh/id_rsa\n',
      },
      "the whole folder's files": {
        ".gitlab-ci.yml":
          'a:\n  script:\n    - echo "$SSH_PRIVATE_KEY" > ~/.ssh/id_rsa\n    - chmod -R go-rwx ~/.ssh\n',
      },
      "a key to sign with": {
        ".gitlab-ci.yml": 'a:\n  script:\n    - echo "$SIGN_PRIVATE_KEY" > sign.key\n    - ./sign sign.key\n',
      },
      "the agent gets it": { ".gitlab-ci.yml": 'a:\n  script:\n    - echo "$SSH_PRIVATE_KEY" | ssh-add -\n' },
      "a public key": { ".gitlab-ci.yml": 'a:\n  script:\n    - echo "$SSH_PUBLIC_KEY" > ~/.ssh/id_rsa.pub\n' },
      "the host keys": { ".gitlab-ci.yml": 'a:\n  script:\n    - echo "$SSH_KNOWN_HOSTS" > ~/.ssh/known_hosts\n' },
    },
  },
  *check(facts) {
    for (const job of jobsOf(facts)) {
      const all = jobCommands(job);
      const isStrict = all.some(
        ({ command: { name, args } }) => name === "umask" && /^0?[0-7]?77$/.test(args[0]?.text ?? ""),
      );
      const usesSsh = /\b(ssh|scp|sftp|rsync|ansible\w*)\b|git@/.test(
        job.steps.map(({ script }) => script?.text ?? "").join("\n"),
      );
      if (isStrict || !usesSsh) continue;
      for (const each of all) {
        const { script, command } = each;
        const file = keyFile(written(facts, placeIn(script, command)), command.redirects);
        if (file === undefined) continue;
        const folder = file.slice(0, file.lastIndexOf("/"));
        const isMended = all.some(({ command: { name, args } }) => {
          const words = args.map(({ text }) => text);
          const strict = /^(0?[4-7]00|(u=\w+,)?go=|go-\w+|og-\w+|og=|u=\w+,go=|a=,u=\w+)$/.test(
            words.find((word) => !word.startsWith("-") || /^-[rwx]/.test(word)) ?? "",
          );
          return (
            name === "chmod" &&
            strict &&
            words.some(
              (word) =>
                word === file ||
                word.startsWith(`${folder}/`) ||
                sameName(word, file) ||
                (words.some((flag) => /^-\w*R/.test(flag)) && word.replace(/\/$/, "") === folder),
            )
          );
        });
        if (isMended) continue;
        yield {
          ...placeIn(script, command),
          message: `${file} gets the umask's rights, usually 0644: ssh passes over a private key that others may read`,
          ...fixOf(true, `chmod 600 ${file}`, lineAfter(facts, each, `chmod 600 ${file}`)),
        };
      }
    }
    // A variable of GitLab's kind "file" is a path, and its file has mode 0666.
    for (const { step, script, command } of ciCommands(facts)) {
      if (step.job.vendor !== "gitlab" || command.name !== "ssh-add") continue;
      const [word] = command.args;
      const name = /^\$\{?(\w*KEY\w*)\}?$/.exec(word?.text ?? "")?.[1];
      if (
        name === undefined ||
        step.job.steps.some(({ script }) => new RegExp(String.raw`chmod\s.*\$\{?${name}\b`).test(script?.text ?? ""))
      )
        continue;
      yield {
        ...placeIn(script, command),
        message: `$${name} is the path of a file that GitLab writes with mode 0666: chmod 400 "$${name}" before ssh-add`,
        severity: "warning",
      };
    }
  },
});

/** Where a private key is written, by what is written and where to. */
function keyFile(
  text: string,
  redirects: readonly { readonly operator: string; readonly target: { readonly text: string } }[],
): string | undefined {
  const target = redirects.find(({ operator }) => operator === ">" || operator === ">>" || operator === ">|")?.target
    .text;
  if (target === undefined || /\.pub$|known_hosts|config$|authorized_keys|\/dev\//.test(target)) return undefined;
  const isKey =
    /\$\{?\{?[^}\s"]*(PRIVATE_KEY|SSH_KEY|DEPLOY_KEY|ID_RSA|ID_ED25519)\b/i.test(text) && !/PUBLIC/i.test(text);
  return (isKey && /ssh|key|id_|\.pem/i.test(target)) || /\/\.ssh\/id_\w+$/.test(target) ? target : undefined;
}

function sameName(word: string, file: string): boolean {
  return word.includes("/") && word.slice(word.lastIndexOf("/")) === file.slice(file.lastIndexOf("/"));
}
