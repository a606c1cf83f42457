// Go programs that are linked in every way: cgo for the standard library's sake and for C of one's own, glibc and musl.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { command } from "../harness/command.ts";
import { TempDir } from "../harness/tempDir.ts";

const sources = {
  user: `package main

import (
	"fmt"
	"os"
	"os/user"
)

func main() {
	current, err := user.LookupId("0")
	fmt.Println(current != nil, err)
	if err != nil {
		os.Exit(1)
	}
}
`,
  math: `package main

// #cgo LDFLAGS: -lm
// #include <math.h>
// double root(double x) { return cbrt(x); }
import "C"

import "os"

func main() {
	os.Exit(int(C.root(C.double(len(os.Args)-1))))
}
`,
} as const;

export interface CgoPrograms {
  /** Calls C for os/user alone, by glibc; the same without cgo; and as a position independent one without cgo. */
  readonly user: Buffer;
  readonly userStatic: Buffer;
  readonly userPie: Buffer;
  /** Calls C of its own, by glibc with libm; and by musl. */
  readonly math: Buffer;
  readonly mathMusl: Buffer;
}

export async function makeCgoPrograms(): Promise<CgoPrograms> {
  await using folder = await TempDir.create("cgo");
  for (const [name, text] of Object.entries(sources)) {
    await mkdir(folder.join(name));
    await writeFile(folder.join(name, "main.go"), text);
  }
  const build = async (
    name: keyof typeof sources,
    more: NodeJS.ProcessEnv,
    ...flags: readonly string[]
  ): Promise<Buffer> => {
    const out = folder.join(`${name}.out`);
    const env = { ...process.env, GOFLAGS: "", GO111MODULE: "off", GOTOOLCHAIN: "local", ...more };
    const args = ["go", "build", "-trimpath", "-ldflags", "-s -w", ...flags, "-o", out, "main.go"];
    await command(args, { cwd: folder.join(name), env, timeout: 170_000 });
    return readFile(out);
  };
  return {
    user: await build("user", { CGO_ENABLED: "1" }),
    userStatic: await build("user", { CGO_ENABLED: "0" }),
    userPie: await build("user", { CGO_ENABLED: "0" }, "-buildmode=pie"),
    math: await build("math", { CGO_ENABLED: "1" }),
    mathMusl: await build("math", { CGO_ENABLED: "1", CC: "musl-gcc" }),
  };
}
