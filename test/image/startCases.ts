// Images that start, and images that don't, for every reason: what each does is found out by running it.

import type { Cause } from "../../src/image/why/verdict.ts";
import type { ImageConfig } from "../harness/images.ts";
import type { Programs } from "./programs.ts";
import type { TarMember } from "./tarFile.ts";

export interface StartCase {
  readonly name: string;
  readonly layers: readonly (readonly TarMember[])[];
  readonly config: ImageConfig;
  /** undefined: it starts. */
  readonly cause: Cause | undefined;
  /** What the verdict's reason or advice must say. */
  readonly says?: string;
}

type Files = Readonly<Record<string, string | Buffer | TarMember>>;

export function startCases(p: Programs): readonly StartCase[] {
  const cases: StartCase[] = [];
  const add = (
    name: string,
    cause: Cause | undefined,
    files: Files | readonly Files[],
    config: ImageConfig,
    says?: string,
  ): void => {
    const list: readonly Files[] = Array.isArray(files) ? files : [files];
    cases.push({ name, cause, layers: list.map(layer), config, ...(says === undefined ? {} : { says }) });
  };
  const run = (...Entrypoint: string[]): ImageConfig => ({ Entrypoint });
  const link = (to: string): TarMember => ({ name: "", type: "symlink", link: to });
  const mode = (content: string | Buffer, bits: number): TarMember => ({ name: "", content, mode: bits });
  const folder = (bits = 0o755, uid = 0): TarMember => ({ name: "", type: "directory", mode: bits, uid });

  const glibc: Files = { "lib64/ld-linux-x86-64.so.2": p.glibcLoader, "lib/x86_64-linux-gnu/libc.so.6": p.libc };
  const musl: Files = { "lib/ld-musl-x86_64.so.1": p.muslLoader };
  const shell: Files = {
    "bin/busybox": p.busybox,
    "bin/sh": link("busybox"),
    "usr/bin/env": link("../../bin/busybox"),
  };
  const libs: Files = {
    "lib/x86_64-linux-gnu/libdemo.so.1": p.libdemo,
    "lib/x86_64-linux-gnu/libdeep.so.1": p.libdeep,
  };

  // Linking and loaders.
  add("static", undefined, { app: p.static }, run("/app"));
  add("static-pie", undefined, { app: p.staticPie }, run("/app"));
  add("glibc", undefined, { ...glibc, app: p.glibc }, run("/app"));
  add(
    "glibc-merged-usr",
    undefined,
    {
      lib64: link("usr/lib64"),
      lib: link("usr/lib"),
      "usr/lib64/ld-linux-x86-64.so.2": p.glibcLoader,
      "usr/lib/x86_64-linux-gnu/libc.so.6": p.libc,
      app: p.glibc,
    },
    run("/app"),
  );
  add("glibc-on-scratch", "missing-loader", { app: p.glibc }, run("/app"), "CGO_ENABLED=0");
  add("glibc-on-musl", "missing-loader", { ...musl, ...shell, app: p.glibc }, run("/app"), "has musl");
  add("musl", undefined, { ...musl, app: p.musl }, run("/app"));
  add("musl-on-glibc", "missing-loader", { ...glibc, app: p.musl }, run("/app"), "has glibc");
  add(
    "loader-without-libc",
    "missing-library",
    { "lib64/ld-linux-x86-64.so.2": p.glibcLoader, app: p.glibc },
    run("/app"),
    "libc.so.6",
  );
  add(
    "loader-dangling",
    "missing-loader",
    { "lib64/ld-linux-x86-64.so.2": link("/usr/lib/gone.so"), app: p.glibc },
    run("/app"),
  );
  add(
    "loader-not-executable",
    "not-executable",
    { ...glibc, "lib64/ld-linux-x86-64.so.2": mode(p.glibcLoader, 0o644), app: p.glibc },
    run("/app"),
  );
  add("arm64", "wrong-architecture", { app: p.arm64 }, run("/app"), "TARGETARCH");
  // Libraries.
  add("library", undefined, { ...glibc, ...libs, app: p.demo }, run("/app"));
  add("library-missing", "missing-library", { ...glibc, app: p.demo }, run("/app"), "libdemo.so.1");
  add(
    "library-of-library-missing",
    "missing-library",
    { ...glibc, "lib/x86_64-linux-gnu/libdemo.so.1": p.libdemo, app: p.demo },
    run("/app"),
    "libdeep.so.1",
  );
  add(
    "library-by-variable",
    undefined,
    { ...glibc, "opt/libdemo.so.1": p.libdemo, "opt/libdeep.so.1": p.libdeep, app: p.demo },
    { ...run("/app"), Env: ["LD_LIBRARY_PATH=/opt"] },
  );
  add(
    "library-elsewhere",
    "missing-library",
    { ...glibc, "opt/libdemo.so.1": p.libdemo, "opt/libdeep.so.1": p.libdeep, app: p.demo },
    run("/app"),
  );
  add(
    "library-by-runpath",
    "missing-library",
    { ...glibc, "srv/lib/libdemo.so.1": p.libdemo, "srv/lib/libdeep.so.1": p.libdeep, "srv/bin/app": p.demoRunpath },
    run("/srv/bin/app"),
    "libdeep.so.1",
  );
  add(
    "library-by-rpath",
    undefined,
    { ...glibc, "srv/lib/libdemo.so.1": p.libdemo, "srv/lib/libdeep.so.1": p.libdeep, "srv/bin/app": p.demoRpath },
    run("/srv/bin/app"),
  );
  add(
    "runpath-and-default",
    undefined,
    {
      ...glibc,
      "srv/lib/libdemo.so.1": p.libdemo,
      "lib/x86_64-linux-gnu/libdeep.so.1": p.libdeep,
      "srv/bin/app": p.demoRunpath,
    },
    run("/srv/bin/app"),
  );
  add(
    "library-version",
    "library-version",
    { ...glibc, ...libs, "lib/x86_64-linux-gnu/libdemo.so.1": p.libdemoOld, app: p.demo },
    run("/app"),
    "DEMO_2.0",
  );
  add(
    "library-dangling",
    "missing-library",
    { ...glibc, "lib/x86_64-linux-gnu/libdemo.so.1": link("libdemo.so.1.2"), app: p.demo },
    run("/app"),
  );
  add(
    "library-as-program",
    "not-a-program",
    { ...glibc, ...libs },
    run("/lib/x86_64-linux-gnu/libdeep.so.1"),
    "shared library",
  );
  // What is no program.
  add("empty", "not-a-program", { app: "" }, run("/app"), "empty");
  add("text", "not-a-program", { app: "echo hello\n" }, run("/app"), "#!");
  add(
    "archive",
    "not-a-program",
    { app: "!<arch>\n__.PKGDEF       0           0     0     644     10        `\ngo object \n" },
    run("/app"),
    "package main",
  );
  add("object", "not-a-program", { app: p.object }, run("/app"));
  add("cut-off", "not-a-program", { app: p.static.subarray(0, 40) }, run("/app"));
  // Scripts.
  add("script", undefined, { ...shell, "run.sh": "#!/bin/sh\nexit 0\n" }, run("/run.sh"));
  add("script-argument", undefined, { ...shell, "run.sh": "#! /bin/sh -e\nexit 0\n" }, run("/run.sh"));
  add("script-without-newline", undefined, { ...shell, "run.sh": "#!/bin/sh" }, run("/run.sh"));
  add(
    "script-crlf",
    "carriage-return",
    { ...shell, "run.sh": "#!/bin/sh\r\nexit 0\r\n" },
    run("/run.sh"),
    "Windows line ends",
  );
  add(
    "script-no-bash",
    "missing-interpreter",
    { ...shell, "run.sh": "#!/bin/bash\nexit 0\n" },
    run("/run.sh"),
    "/bin/bash",
  );
  add(
    "script-no-shell",
    "missing-interpreter",
    { app: p.static, "run.sh": "#!/bin/sh\nexec /app\n" },
    run("/run.sh"),
    "no shell at all",
  );
  add("script-env", undefined, { ...shell, "run.sh": "#!/usr/bin/env sh\nexit 0\n" }, run("/run.sh"));
  add(
    "script-env-no-bash",
    "missing-interpreter",
    { ...shell, "run.sh": "#!/usr/bin/env bash\nexit 0\n" },
    run("/run.sh"),
    "bash",
  );
  add("script-env-crlf", "carriage-return", { ...shell, "run.sh": "#!/usr/bin/env sh\r\nexit 0\r\n" }, run("/run.sh"));
  add("script-argument-crlf", "carriage-return", { ...shell, "run.sh": "#!/bin/sh -e\r\nexit 0\r\n" }, run("/run.sh"));
  add(
    "script-of-script",
    undefined,
    { ...shell, "run.sh": "#!/inner\n", inner: "#!/bin/sh\nexit 0\n" },
    run("/run.sh"),
  );
  add("script-relative", undefined, { ...shell, "run.sh": "#!bin/sh\nexit 0\n" }, run("/run.sh"));
  add(
    "script-interpreter-not-executable",
    "not-executable",
    { ...shell, sh: mode(p.busybox, 0o644), "run.sh": "#!/sh\nexit 0\n" },
    run("/run.sh"),
  );
  add("script-dynamic-shell", "missing-loader", { "bin/sh": p.glibc, "run.sh": "#!/bin/sh\nexit 0\n" }, run("/run.sh"));
  // Paths, rights and users.
  add("missing", "missing-file", { app: p.static }, run("/srv/app"), "there is /app");
  add("missing-relative", "missing-file", { app: p.static }, { ...run("./app"), WorkingDir: "/srv" });
  add("relative", undefined, { "srv/app": p.static }, { ...run("./app"), WorkingDir: "/srv" });
  add("below-a-file", "missing-file", { app: p.static }, run("/app/app"), "is a file");
  add("in-path", undefined, { "usr/local/bin/app": p.static }, run("app"));
  add("not-in-path", "not-in-path", { "srv/app": p.static }, run("app"), "/srv/app");
  add("own-path", undefined, { "srv/app": p.static }, { ...run("app"), Env: ["PATH=/srv"] });
  add("not-in-own-path", "not-in-path", { "usr/bin/app": p.static }, { ...run("app"), Env: ["PATH=/srv"] });
  add("one-string", "missing-file", { app: p.static }, run("/app --port 80"), "separate strings");
  add("folder", "is-directory", { "app/app": p.static }, run("/app"), "/app/app");
  add("not-executable", "not-executable", { app: mode(p.static, 0o644) }, run("/app"), "0644");
  add("user-number", undefined, { app: p.static }, { ...run("/app"), User: "65532:65532" });
  add(
    "user-named",
    undefined,
    { app: p.static, "etc/passwd": "app:x:1000:1000::/:/bin/false\n" },
    { ...run("/app"), User: "app" },
  );
  add("user-missing", "missing-user", { app: p.static }, { ...run("/app"), User: "app" }, "65532");
  add(
    "group-missing",
    "missing-user",
    { app: p.static, "etc/passwd": "app:x:1000:1000::/:/bin/false\n" },
    { ...run("/app"), User: "app:staff" },
  );
  add("user-may-not", "not-executable", { app: mode(p.static, 0o700) }, { ...run("/app"), User: "1000" }, "user 1000");
  add(
    "user-may-not-enter",
    "not-executable",
    { srv: folder(0o700), "srv/app": p.static },
    { ...run("/srv/app"), User: "1000" },
    "/srv",
  );
  add("root-may-enter", undefined, { srv: folder(0o700, 7), "srv/app": p.static }, run("/srv/app"));
  add("working-directory-is-file", "bad-working-directory", { app: p.static }, { ...run("/app"), WorkingDir: "/app" });
  add("working-directory-made", undefined, { app: p.static }, { ...run("/app"), WorkingDir: "/not/there" });
  add("no-command", "no-command", { app: p.static }, {});
  add("cmd", undefined, { app: p.static }, { Cmd: ["/app"] });
  add(
    "entrypoint-and-cmd",
    undefined,
    { ...shell, "run.sh": '#!/bin/sh\nexec "$@"\n', app: p.static },
    { Entrypoint: ["/run.sh"], Cmd: ["/app"] },
  );
  // Links and layers.
  add("link", undefined, { "srv/app-1.2": p.static, app: link("/srv/app-1.2") }, run("/app"));
  add("link-relative", undefined, { "srv/app-1.2": p.static, "srv/app": link("../srv/app-1.2") }, run("/srv/app"));
  add(
    "link-dangling",
    "missing-file",
    { app: link("/srv/app-1.3"), "srv/app-1.2": p.static },
    run("/app"),
    "is a link to /srv/app-1.3",
  );
  add("link-loop", "link-loop", { app: link("/b"), b: link("/app") }, run("/app"));
  add(
    "hard-link",
    undefined,
    { "srv/app": p.static, app: { name: "", type: "hardlink", link: "srv/app" } },
    run("/app"),
  );
  add("removed", "missing-file", [{ app: p.static }, { ".wh.app": "" }], run("/app"), "removed /");
  add("removed-and-back", undefined, [{ app: "old" }, { ".wh.app": "" }, { app: p.static }], run("/app"));
  add(
    "opaque",
    "missing-file",
    [{ "srv/app": p.static }, { "srv/.wh..wh..opq": "", "srv/other": "x" }],
    run("/srv/app"),
    "removed /",
  );
  add("replaced", "not-a-program", [{ app: p.static }, { app: "" }], run("/app"), "empty");
  // The shell form.
  add("shell-form", undefined, { ...shell, app: p.static }, run("/bin/sh", "-c", "exec /app --port 80"));
  add("shell-form-without-shell", "missing-file", { app: p.static }, run("/bin/sh", "-c", "/app"), "exec form");
  add("shell-form-missing", "missing-file", { ...shell }, run("/bin/sh", "-c", "/app --port 80"));
  add("shell-form-not-in-path", "not-in-path", { ...shell }, run("/bin/sh", "-c", "LEVEL=info app"));
  add("shell-form-glibc", "missing-loader", { ...shell, app: p.glibc }, run("/bin/sh", "-c", "/app"));
  return cases;
}

function layer(files: Files): TarMember[] {
  return Object.entries(files).map(([name, file]) =>
    typeof file === "string" || Buffer.isBuffer(file) ? { name, content: file } : { ...file, name },
  );
}
