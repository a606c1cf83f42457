import type * as z from "zod";
import { InvalidValue } from "./invalidValue.ts";
import { redactUrl } from "./redact.ts";
import { section, setting, type ValueType } from "./setting.ts";
import { textList } from "./valueTypes.ts";

/** Sources of packages that may be used, for each tool. */
export interface MirrorSettings {
  readonly go: readonly string[];
  readonly npm: readonly string[];
  readonly pip: readonly string[];
}

const urls: ValueType<readonly string[]> = {
  ...textList,
  name: "list of URLs",
  parse: (raw) => {
    // A variable holds them in one text.
    const list = textList
      .parse(raw)
      .flatMap((text) => text.split(","))
      .map((text) => text.trim());
    for (const url of list) {
      const parsed = URL.parse(url);
      if (parsed === null || !/^https?:$/.test(parsed.protocol) || /[\s"'<>|\\]/.test(url))
        throw new InvalidValue(`${JSON.stringify(redactUrl(url))} is not an http or https URL`);
    }
    return list.filter((url) => url !== "");
  },
  format: (values) => values.join(","),
};

const about = (what: string): { default: string; description: string } => ({
  default: "",
  description: `${what} that may be used beside the one that is set, the preferred first: \`fairlead mirrors\` asks them, and \`fairlead run\` goes on to them.`,
});

export const mirrorSchema: z.ZodType<MirrorSettings> = section("Where package tools may get packages from.", {
  go: setting(urls, about("Module proxies")),
  npm: setting(urls, about("Registries of npm packages")),
  pip: setting(urls, about("Python package indexes, as `--index-url` takes them,")),
});
