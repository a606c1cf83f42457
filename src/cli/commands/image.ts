import { Command, InvalidArgumentError, Option } from "commander";
import { type Wish, wishes } from "../../image/needs/wishes.ts";
import { debugImage } from "../image/debug.ts";
import { showDiff } from "../image/diff.ts";
import { showFiles } from "../image/files.ts";
import { inspect } from "../image/inspect.ts";
import { showLayers } from "../image/layers.ts";
import { explainStart } from "../image/why.ts";
import { addFormatOptions } from "../print/format.ts";

const references = `
An image is named by where it lies:
  shop:v1                       an engine here (docker, podman) has it, else its registry
  docker://registry/shop:v1     a registry's; layers are read without being written down
  ./image.tar                   what docker save, podman save or buildx wrote; gzip and zstd too
  docker-archive:FILE[:NAME]    the same, naming one of several images
  oci:FOLDER[:NAME]             an OCI layout; oci-archive:FILE for one in a tar`;

/** `fairlead image`: looks into images, wherever they lie. */
export function command(): Command {
  const image = new Command("fairlead image").description("Look into an image without running it.");
  addFormatOptions(common(image.command("why")))
    .description(
      "Say why the image's container does not start: found, executed and loaded in thought, on its own files.",
    )
    .argument("[image]", "where the image is, see below (default: what fairlead build makes of the work tree here)")
    .argument("[command...]", "in place of CMD, behind --")
    .addHelpText(
      "after",
      `${references}

Examples:
  fairlead image why                    of the image that fairlead build has just made
  fairlead image why shop:v1
  docker save shop:v1 -o shop.tar && fairlead image why shop.tar
  fairlead image why docker://registry.example/shop:v1 --platform linux/arm64
  fairlead image why shop:v1 -- sh -c 'ls /'

Exit status: 0 it starts as far as files can tell, or a mount or variable decides;
1 it will fail; 2 wrong usage or no such image; 3 the engine, the registry or the
image itself can't be read.`,
    )
    .action(explainStart);
  addFormatOptions(common(image.command("inspect")))
    .description("Say what an image is: platform, base, command, Go programs, what they need, and whether it starts")
    .argument("<image>", "where the image is, see below")
    .option("--ci", "hold it against what fairlead.yaml allows (image: size, waste, allowRoot, forbidden, needs)")
    .addOption(
      new Option("--want <list>", `what its base must have beside what is needed: ${wishes.join(", ")}`).argParser(
        parseWishes,
      ),
    )
    .addHelpText(
      "after",
      `${references}\n\nExamples:\n  fairlead image inspect shop:v1\n  fairlead image inspect shop:v1 --json | jq '.goPrograms[].goVersion'
  fairlead image inspect shop:v1 --want shell,packages\n  fairlead image inspect shop:v1 --ci\n\nExit status: 0; with --ci 1 where a check failed; 2 wrong usage or no such image; 3 it can't be read.`,
    )
    .action(inspect);
  addFormatOptions(common(image.command("layers")))
    .description("Say what each layer added, changed and removed, and which bytes could be saved")
    .argument("<image>", "where the image is, see below")
    .addHelpText("after", `${references}\n\nExample:\n  fairlead image layers shop:v1`)
    .action(showLayers);
  addFormatOptions(common(image.command("files")))
    .description("List an image's files with mode, owner, size and layer; or print one of them")
    .argument("<image>", "where the image is, see below")
    .argument("[folder]", "only what is below it")
    .option("--find <pattern>", "only files whose name, or with a slash whose path, matches: '*.so*', '/etc/**'")
    .option("--layer <number>", "only what that layer brought")
    .option("--extract <path>", "write that file's content to standard output")
    .addHelpText(
      "after",
      `${references}

Examples:
  fairlead image files shop:v1 /etc
  fairlead image files shop:v1 --find '*.pem'
  fairlead image files shop:v1 --extract /etc/passwd`,
    )
    .action(showFiles);
  addFormatOptions(common(image.command("diff")))
    .description("Say what differs between two images: files by content, mode and owner, and the configuration")
    .argument("<before>", "an image, see below")
    .argument("<after>", "another")
    .addHelpText(
      "after",
      `${references}\n\nExample:\n  fairlead image diff shop:v1 shop:v2\n\nExit status: 0 they hold the same, 1 they differ.`,
    )
    .action(showDiff);
  addFormatOptions(common(image.command("debug")))
    .description("Say how to get into an image, with a shell or without one; with --run, do it")
    .argument("<image>", "where the image is, see below")
    .argument("[command...]", "what to run in place of a shell, behind --")
    .option("--run", "start a container of it here and enter; tools are brought where the image has none")
    .option("--tools <image>", "where busybox comes from if this machine has no static one", "busybox:stable-musl")
    .option("--user <user>", "with --run: as whom (default: the image's user)")
    .addHelpText(
      "after",
      `${references}

Examples:
  fairlead image debug shop:v1
  fairlead image debug shop:v1 --run
  fairlead image debug shop:v1 --run -- ls -l /etc/ssl/certs

Exit status: 0; with --run that of the command; 2 wrong usage or no such image; 3 no engine.`,
    )
    .action(debugImage);
  return image;
}

function parseWishes(text: string, before: readonly Wish[] = []): readonly Wish[] {
  const found = text.split(",").map((word) => {
    const wish = wishes.find((each) => each === word.trim());
    if (wish === undefined) throw new InvalidArgumentError(`${JSON.stringify(word)} is none of ${wishes.join(", ")}.`);
    return wish;
  });
  return [...before, ...found];
}

function common(command: Command): Command {
  return command
    .option("--platform <platform>", "of an image for several: linux/arm64 (default: this machine's)")
    .option("--insecure", "talk plain HTTP to the registry")
    .option("--config <file>", "configuration (default: fairlead.yaml here, if there is one)");
}
