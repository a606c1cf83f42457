import type * as z from "zod";
import type { Milliseconds } from "./duration.ts";
import { listOf, optionalSetting, requiredSetting, section, setting } from "./setting.ts";
import type { Bytes } from "./size.ts";
import { anyText, duration, integer, size, text } from "./valueTypes.ts";

/** Modules that come straight from git: the entry `direct` of the upstream list. */
export interface DirectSettings {
  readonly rules: readonly DirectRuleSettings[];
  readonly timeout: Milliseconds;
  readonly repositoryLimit: Bytes;
}

/** What holds for the repositories of a host, or of a path there. */
export interface DirectRuleSettings {
  /** `git.corp.example` or `git.corp.example/team`: whole path elements. */
  readonly prefix: string;
  /** Put in the place of `https://<prefix>`; undefined: it is fetched from there. */
  readonly url: string | undefined;
  /** A repository is so many path elements below the host; undefined: the host is asked (`?go-get=1`). */
  readonly depth: number | undefined;
  readonly user: string | undefined;
  readonly token: string | undefined;
  /** A command of the shell whose first line of output is the token. */
  readonly tokenCommand: string | undefined;
  /** Path of the private key. */
  readonly sshKey: string | undefined;
  /** Path of the file with the hosts' keys. */
  readonly knownHosts: string | undefined;
}

const second = 1000;
const mebibyte = 1024 ** 2;

const hostAndPath = text(/^[a-z0-9.-]+(:[0-9]+)?(\/[\w.~-]+)*$/, "a host, perhaps with a path: git.corp.example/team");
const repositoryUrl = text(
  /^(https?:\/\/[^\s?#@]+|(ssh|file):\/\/[^\s?#]+)$/,
  "an https, ssh, http or file URL without a password",
);
const file = text(/^\/[^\n"]+$/, "the absolute path of a file");

export const directSchema: z.ZodType<DirectSettings> = section(
  "Modules straight from git, for the entry `direct` of the upstream list.",
  {
    rules: listOf(
      "Hosts, or paths there, and how their repositories are reached. The longest prefix that fits counts.",
      "<n>",
      section("A host's repositories.", {
        prefix: requiredSetting(hostAndPath, {
          description:
            "A host, or a host and the beginning of a path, in whole elements. A host that a rule names may be in a private network.",
        }),
        url: optionalSetting(repositoryUrl, {
          defaultText: "`https://` and the prefix",
          description:
            "Put in the place of `https://<prefix>`: `ssh://git@git.corp.example` for a host that gives out nothing over HTTPS.",
        }),
        depth: optionalSetting(integer({ min: 1, max: 20 }), {
          defaultText: "the host is asked with `?go-get=1`",
          description: "How many elements below the host a repository is; `2` for `host/owner/name`.",
        }),
        user: optionalSetting(text(/^[^\s:]+$/, "a user name"), {
          defaultText: "`oauth2`; at GitHub and Bitbucket what these take",
          description:
            "The user name beside the token. A GitLab deploy token has its own, a job token `gitlab-ci-token`.",
        }),
        token: optionalSetting(anyText, {
          defaultText: "what `.netrc` has for the host",
          description: "The token or password, as `${NAME}` or `{ file: … }`. It goes to this host alone.",
          secret: true,
        }),
        tokenCommand: optionalSetting(anyText, {
          defaultText: "none",
          description: "A shell command that prints the token, asked for at each fetch.",
        }),
        sshKey: optionalSetting(file, {
          defaultText: "what ssh and its agent have",
          description: "The private key for ssh.",
        }),
        knownHosts: optionalSetting(file, {
          defaultText: "`~/.ssh/known_hosts` and the system's",
          description: "The file with the hosts' keys. A host that is not in it is refused.",
        }),
      }),
    ),
    timeout: setting(duration({ min: second, max: 3600 * second }), {
      default: "5m",
      description: "How long one command of git may take: listing refs, fetching, making an archive.",
    }),
    repositoryLimit: setting(size({ min: mebibyte, max: 1024 * 1024 * mebibyte }), {
      default: "4GiB",
      description: "The largest mirror of one repository; a fetch that makes it larger is ended.",
    }),
  },
);
