// Programs of every kind that images have in them, made by this machine's compilers.

import { readFile, realpath, writeFile } from "node:fs/promises";
import { command } from "../harness/command.ts";
import type { Need } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";

export const programNeeds: readonly Need[] = ["gcc", "musl-tools", "busybox-static"];

export interface Programs {
  /** Linked against this machine's glibc, and its loader and libc. */
  readonly glibc: Buffer;
  readonly glibcLoader: Buffer;
  readonly libc: Buffer;
  readonly musl: Buffer;
  readonly muslLoader: Buffer;
  readonly static: Buffer;
  readonly staticPie: Buffer;
  readonly arm64: Buffer;
  readonly object: Buffer;
  readonly busybox: Buffer;
  /** Needs libdemo.so.1, found nowhere by itself; by RUNPATH $ORIGIN/../lib; by RPATH of the same. */
  readonly demo: Buffer;
  readonly demoRunpath: Buffer;
  readonly demoRpath: Buffer;
  /** The library, which needs libdeep.so.1; and with an older version of its symbol. */
  readonly libdemo: Buffer;
  readonly libdemoOld: Buffer;
  readonly libdeep: Buffer;
}

const loader = "/lib64/ld-linux-x86-64.so.2";

/** Compiles all of them: some seconds. */
export async function makePrograms(): Promise<Programs> {
  await using folder = await TempDir.create("programs");
  const gcc = (out: string, ...args: readonly string[]): Promise<Buffer> => build("gcc", out, args);
  const build = async (program: string, out: string, args: readonly string[]): Promise<Buffer> => {
    await command([program, "-O1", "-s", "-o", folder.join(out), ...args], { cwd: folder.path, timeout: 120_000 });
    return readFile(folder.join(out));
  };
  const write = (name: string, text: string): Promise<void> => writeFile(folder.join(name), text);
  await write("hello.c", '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n');
  await write("demo.c", '#include <stdio.h>\nint demo(void);\nint main(void) { printf("%d\\n", demo()); return 0; }\n');
  await write("libdemo.c", "int deep(void);\nint demo(void) { return deep(); }\n");
  await write("libdeep.c", "int deep(void) { return 7; }\n");
  await write("new.map", "DEMO_1.0 { };\nDEMO_2.0 { global: demo; local: *; } DEMO_1.0;\n");
  await write("old.map", "DEMO_1.0 { global: demo; local: *; };\n");
  await write("hello.go", 'package main\n\nfunc main() { println("hello") }\n');
  const shared = (name: string): readonly string[] => ["-shared", "-fPIC", `-Wl,-soname,${name}`];
  const libdeep = await gcc("libdeep.so.1", ...shared("libdeep.so.1"), "libdeep.c");
  const libdemo = await gcc(
    "libdemo.so.1",
    ...shared("libdemo.so.1"),
    "libdemo.c",
    "-Wl,--version-script=new.map",
    "./libdeep.so.1",
  );
  const linked = ["demo.c", "libdemo.so.1", "-Wl,--allow-shlib-undefined"];
  const origin = "-Wl,-rpath,$ORIGIN/../lib";
  await command(["go", "build", "-o", folder.join("arm64"), "hello.go"], {
    cwd: folder.path,
    env: { ...process.env, GOARCH: "arm64", CGO_ENABLED: "0", GOFLAGS: "", GO111MODULE: "off", GOTOOLCHAIN: "local" },
    timeout: 170_000,
  });
  return {
    glibc: await gcc("glibc", "hello.c"),
    glibcLoader: await readFile(await realpath(loader)),
    libc: await readFile("/lib/x86_64-linux-gnu/libc.so.6"),
    musl: await build("musl-gcc", "musl", ["hello.c"]),
    muslLoader: await readFile(await realpath("/lib/ld-musl-x86_64.so.1")),
    static: await gcc("static", "-static", "hello.c"),
    staticPie: await gcc("static-pie", "-static-pie", "hello.c"),
    arm64: await readFile(folder.join("arm64")),
    object: await gcc("object.o", "-c", "hello.c"),
    busybox: await readFile("/bin/busybox"),
    demo: await gcc("demo", ...linked),
    demoRunpath: await gcc("demo-runpath", ...linked, origin, "-Wl,--enable-new-dtags"),
    demoRpath: await gcc("demo-rpath", ...linked, origin, "-Wl,--disable-new-dtags"),
    libdemo,
    libdemoOld: await gcc(
      "libdemo-old.so",
      ...shared("libdemo.so.1"),
      "libdemo.c",
      "-Wl,--version-script=old.map",
      "./libdeep.so.1",
    ),
    libdeep,
  };
}
