import type * as z from "zod";
import { InvalidValue } from "./invalidValue.ts";
import { optionalSetting, section, setting, type ValueType } from "./setting.ts";
import type { Bytes } from "./size.ts";
import { choices, percentage, show, size, textList, toggle } from "./valueTypes.ts";

/** What `fairlead image inspect --ci` refuses. */
export interface ImageSettings {
  /** Of all files that show; undefined: any size. */
  readonly size: Bytes | undefined;
  /** Bytes of the layers that no longer show, as a part of all, between 0 and 1. */
  readonly waste: number;
  readonly allowRoot: boolean;
  /** Globs of paths that no layer may have. */
  readonly forbidden: readonly string[];
  readonly needs: readonly CheckedNeed[];
}

export type CheckedNeed = "certificates" | "time-zones" | "user-entry" | "temporary-files" | "volumes" | "host-names";

/** A list, or a text with commas, which a variable holds. */
const patterns: ValueType<readonly string[]> = {
  ...textList,
  name: "list of path patterns",
  parse: (raw) => {
    const list = textList
      .parse(raw)
      .flatMap((text) => text.split(","))
      .map((text) => text.trim())
      .filter((text) => text !== "");
    const odd = list.find((text) => /\s/.test(text));
    if (odd !== undefined)
      throw new InvalidValue(`${show(odd)} has blanks, as no pattern has; \`?\` stands for any one letter`);
    return list;
  },
  format: (values) => values.join(","),
};

const secrets = [
  "**/.git/**",
  "**/.env",
  "**/.netrc",
  "**/.git-credentials",
  "**/.docker/config.json",
  "**/.aws/credentials",
  "**/.ssh/id_*",
];

export const imageSchema: z.ZodType<ImageSettings> = section(
  "What an image may be like: `fairlead image inspect --ci` ends with 1 where one is not.",
  {
    size: optionalSetting(size({ min: 0, max: 2 ** 50 }), {
      defaultText: "any size",
      description: "The most that the files which show may have together.",
    }),
    waste: setting(percentage, {
      default: "10%",
      description: "The most of the layers' bytes that may be hidden by later layers.",
    }),
    allowRoot: setting(toggle, { default: true, description: "Whether the container may run as root." }),
    forbidden: setting(patterns, {
      default: secrets.join(","),
      description:
        "Paths that no layer may have, also where a later layer removes them again: a pattern each, `**` for any folders.",
    }),
    needs: setting(choices("certificates", "time-zones", "user-entry", "temporary-files", "volumes", "host-names"), {
      default: "certificates,time-zones,user-entry,temporary-files,volumes,host-names",
      description: "What must be there if the programs need it at run time.",
    }),
  },
);
