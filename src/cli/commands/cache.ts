import { Command } from "commander";
import { list } from "../cache/list.ts";
import { prune } from "../cache/prune.ts";
import { purge } from "../cache/purge.ts";
import { warm } from "../cache/warm.ts";
import { verify } from "../cache/verify.ts";

/** `fairlead cache`: looks at the gateway's cache and cares for it, while the gateway runs and while it does not. */
export function command(): Command {
  const cache = new Command("fairlead cache").description("Look at the gateway's cache, and care for it.");
  addCommon(cache.command("ls"))
    .description("List files by module: CACHED, DOWNLOADING, PENDING or FAILED, with size and hits")
    .argument("[module]", "only this module path, or those below it")
    .option("--state <state>", "only files in this state: cached, downloading, pending, failed")
    .option(
      "--sort <order>",
      "name, size (the largest first), hits (the most asked for first) or age (the oldest first)",
      "name",
    )
    .addHelpText(
      "after",
      `
Works while the gateway runs, and while it does not.

Examples:
  fairlead cache ls
  fairlead cache ls github.com/spf13
  fairlead cache ls --state failed
  fairlead cache ls --sort size | head
  fairlead cache ls --json | jq '.files[] | select(.state == "DOWNLOADING")'`,
    )
    .action(list);
  addCommon(cache.command("warm"))
    .description(
      "Fetch all that the go.sum of a project, or of a workspace's modules, knows, so that its next build finds it cached",
    )
    .argument("[folder]", "where go.sum, or a go.work, is; or such a file (default: here)")
    .addHelpText(
      "after",
      "\nExamples:\n  fairlead cache warm\n  fairlead cache warm ~/src/shop\n\nExit status: 0 all is cached now, 3 something could not be fetched.",
    )
    .action(warm);
  addCommon(cache.command("verify"))
    .description("Check every file against what was stored: disks rot, and people edit")
    .addHelpText("after", "\nReads the whole cache. Exit status: 0 all is well, 1 something is damaged.")
    .action((flags) => verify(flags, false));
  addCommon(cache.command("repair"))
    .description("The same, and fetch again what is damaged")
    .addHelpText("after", "\nExit status: 0 all is well now, 1 something could not be fetched again.")
    .action((flags) => verify(flags, true));
  addCommon(cache.command("purge"))
    .description("Remove versions, so that they are fetched anew")
    .argument("<module@version...>", "the versions")
    .addHelpText("after", "\nExample:\n  fairlead cache purge golang.org/x/text@v0.30.0")
    .action(purge);
  addCommon(cache.command("prune"))
    .description("Remove what nobody uses, or what is too much: the least recently used first")
    .option("--keep <duration>", "remove what has not been used for so long: 30d")
    .option("--max-size <size>", "then remove until no more than this is left: 50GB")
    .option("--dry-run", "only say what would go")
    .addHelpText(
      "after",
      `
When a version was used is when a gateway last served it, or what the file system says of its files' last reading and
writing.

Examples:
  fairlead cache prune --keep 30d
  fairlead cache prune --max-size 50GB --dry-run`,
    )
    .action(prune);
  return cache;
}

function addCommon(command: Command): Command {
  return command
    .option("--data <folder>", "the gateway's data folder (default ~/.local/share/fairlead)")
    .option("--config <file>", "configuration (default: fairlead.yaml here, if there is one)")
    .option("--json", "one JSON document instead of text");
}
