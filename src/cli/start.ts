#!/usr/bin/env node
// The first file that runs, under whatever Node the user has: an installed bin starts under an old Node too, and the
// rest of the program would fail there with a syntax error. So the version is checked before anything else is loaded.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 24 || (major === 24 && minor >= 15)) {
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
} else {
  console.error(
    `fairlead needs Node 24.15 or newer; this is ${process.version} (${process.execPath}).\n` +
      `Install a newer Node, or in a checkout use bin/fairlead, which brings its own.`,
  );
  process.exitCode = 2;
}
