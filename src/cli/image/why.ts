import { why } from "../../image/why/why.ts";
import { builtImage } from "../builtImage.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { type ImageFlags, withImage } from "../openedImage.ts";
import { printJson } from "../print/format.ts";
import { formatVerdict } from "../print/verdict.ts";
import { printText } from "../print/printText.ts";

/** `fairlead image why [REF] [-- CMD…]` */
export async function explainStart(
  named: string | undefined,
  command: readonly string[],
  flags: ImageFlags & { readonly format: string },
): Promise<void> {
  const reference = named ?? (await builtImage(process.cwd(), flags.config));
  await withImage(reference, flags, ({ fs, source: { config, name, id } }) => {
    const verdict = why({ fs, config }, command);
    if (flags.format === "json") {
      const { obstacle, ...rest } = verdict;
      printJson({ image: name, id, platform: `${config.os}/${config.architecture}`, ...rest, obstacle });
    } else {
      printText(formatVerdict(verdict, { name, config }, process.stdout.columns ?? 80));
    }
    if (verdict.verdict === "fails") process.exitCode = exitCode.findings;
  }).catch((error: unknown) => {
    if (named !== undefined || !(error instanceof CommandError)) throw error;
    const hint = `${reference} is what fairlead build makes of the work tree here: has it been built?`;
    throw new CommandError(`${error.message}\n${hint}`, error.exitCode, { cause: error });
  });
}
