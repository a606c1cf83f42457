// The go command about packages, the compiler, the linker, and what compiled programs say when they start.
import { importing, type Provocation, shop } from "../provocation.ts";

export const compileProvocations: readonly Provocation[] = [
  {
    symptom: "go/embed-no-match",
    cause: "ignored",
    shows: [".dockerignore:1", "main.go:5"],
    tool: "go",
    files: shop({
      "main.go":
        'package main\n\nimport _ "embed"\n\n//go:embed config.yaml\nvar config string\n\nfunc main() { println(config) }\n',
      "config.yaml": "port: 8080\n",
      ".dockerignore": "*.yaml\n",
      Dockerfile: "FROM golang:1.26\nWORKDIR /src\nCOPY . .\nRUN go build -o /shop .\n",
    }),
    lost: ["config.yaml"],
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/embed-no-match",
    variant: "absent",
    cause: "absent",
    shows: ["main.go:5"],
    tool: "go",
    files: shop({
      "main.go":
        'package main\n\nimport "embed"\n\n//go:embed web/dist\nvar pages embed.FS\n\nfunc main() { _ = pages }\n',
    }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/relative-import",
    cause: "module-path",
    shows: ["main.go:4", "go.mod:1"],
    tool: "go",
    files: shop({ "main.go": importing("./utils"), "utils/utils.go": "package utils\n" }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/internal-package",
    cause: "internal",
    tool: "go",
    files: shop({
      "go.mod": "module example.com/shop\n\ngo 1.19\n\nrequire example.com/secretive v1.0.0\n",
      "main.go": importing("example.com/secretive/internal/core"),
    }),
    script: "go mod download all 2>/dev/null; GOFLAGS='-modcacherw -mod=mod' go build -o /dev/null .",
  },
  {
    symptom: "go/import-cycle",
    cause: "cycle",
    tool: "go",
    files: shop({
      "main.go": importing("example.com/shop/a"),
      "a/a.go": 'package a\n\nimport _ "example.com/shop/b"\n',
      "b/b.go": 'package b\n\nimport _ "example.com/shop/a"\n',
    }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/no-go-files",
    cause: "elsewhere",
    shows: ["cmd/shop"],
    tool: "go",
    files: { "go.mod": "module example.com/shop\n\ngo 1.19\n", "cmd/shop/main.go": "package main\n\nfunc main() {}\n" },
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/excluded-by-constraints",
    cause: "cgo-off",
    tool: "go",
    files: shop({
      "main.go": importing("example.com/shop/native"),
      "native/native.go":
        'package native\n\n// int one() { return 1; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n',
    }),
    script: "CGO_ENABLED=0 go build -o /dev/null .",
    shows: ["native/native.go:4"],
  },
  {
    symptom: "go/excluded-by-constraints",
    variant: "tags",
    cause: "tags",
    shows: ["store/store.go:1"],
    tool: "go",
    files: shop({
      "main.go": importing("example.com/shop/store"),
      "store/store.go": "//go:build postgres\n\npackage store\n",
    }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/two-packages-in-folder",
    cause: "two",
    tool: "go",
    files: shop({ "other.go": "package other\n" }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/no-c-compiler",
    cause: "image",
    shows: ["Dockerfile:1"],
    tool: "go",
    files: shop({
      "main.go": 'package main\n\n// int one() { return 1; }\nimport "C"\n\nfunc main() { println(C.one()) }\n',
      Dockerfile: "FROM golang:1.26-alpine\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=1 go build -o /shop .\n",
    }),
    script:
      "mkdir .bin; ln -s $(which go) .bin/go; export GOROOT=$(go env GOROOT); CGO_ENABLED=1 CC=gcc PATH=$PWD/.bin go build -o /dev/null .",
  },
  {
    symptom: "go/no-git",
    cause: "direct",
    shows: ["Dockerfile:1"],
    tool: "go",
    files: shop({
      "go.mod": "module example.com/shop\n\ngo 1.19\n\nrequire git.corp.example/team/lib.git v1.2.0\n",
      "main.go": importing("git.corp.example/team/lib.git"),
      Dockerfile: "FROM golang:1.26-alpine\nWORKDIR /src\nCOPY . .\nRUN go build -o /shop .\n",
    }),
    script:
      "mkdir .bin; ln -s $(which go) .bin/go; export GOROOT=$(go env GOROOT); GOPRIVATE=git.corp.example PATH=$PWD/.bin go mod download",
  },
  {
    symptom: "go/c-header-missing",
    cause: "header",
    tool: "go",
    files: shop({
      "main.go": 'package main\n\n// #include <sqlite4.h>\nimport "C"\n\nfunc main() {}\n',
    }),
    script: "CGO_ENABLED=1 go build -o /dev/null .",
    slow: true,
  },
  {
    symptom: "go/c-library-missing",
    cause: "library",
    tool: "go",
    files: shop({
      "main.go":
        'package main\n\n// #cgo LDFLAGS: -lsqlite4\n// int one() { return 1; }\nimport "C"\n\nfunc main() { println(C.one()) }\n',
    }),
    script: "CGO_ENABLED=1 go build -o /dev/null .",
    slow: true,
  },
  {
    symptom: "go/cross-cgo",
    cause: "cross",
    tool: "go",
    files: shop({
      "main.go": 'package main\n\n// int one() { return 1; }\nimport "C"\n\nfunc main() { println(C.one()) }\n',
    }),
    script: "CGO_ENABLED=1 GOARCH=arm64 CC=gcc go build -o /dev/null .",
    slow: true,
  },
  {
    symptom: "go/race-needs-cgo",
    cause: "off",
    tool: "go",
    files: shop(),
    script: "CGO_ENABLED=0 go build -race -o /dev/null .",
  },
  {
    symptom: "go/killed",
    cause: "memory",
    tool: "go",
    files: shop({ ".tool/compile": '#!/bin/sh\ncase "$*" in *-V=full*) exec "$@";; esac\nkill -9 $$\n' }),
    // What the kernel does to a compiler that asks for more memory than there is.
    script:
      'chmod +x .tool/compile; GOCACHE=$PWD/.cache go build -toolexec "$PWD/.tool/compile" -o /dev/null . 2>&1 | tail -2',
  },
  {
    symptom: "go/cache-not-writable",
    cause: "home",
    tool: "go",
    shows: ["Dockerfile:3"],
    files: shop({
      Dockerfile: "FROM golang:1.26\nWORKDIR /src\nUSER 1000\nCOPY . .\nRUN go build -o /tmp/shop .\n",
    }),
    script:
      "chmod a+rx .. ../..; chmod -R a+rX .; unset GOCACHE; HOME=/ setpriv --reuid=12345 --regid=12345 --clear-groups go build -buildvcs=false -o /dev/null .",
    slow: true,
  },
  {
    symptom: "go/cache-not-writable",
    variant: "undefined",
    cause: "home",
    tool: "go",
    files: shop(),
    script: "unset GOCACHE HOME XDG_CACHE_HOME; GOPATH=/tmp/gopath go build -o /dev/null .",
  },
  {
    symptom: "go/vcs-status",
    cause: "ownership",
    tool: "go",
    files: shop(),
    script:
      "git init -q . && git add -A && git -c user.name=a -c user.email=a@b.c commit -q -m a && chown -R 12345 .git . && go build -buildvcs=true -o /dev/null .",
  },
  {
    symptom: "go/unknown-flag",
    cause: "environment",
    tool: "go",
    files: shop(),
    script: "go build --env=GOOS=linux -o /dev/null .",
  },
  {
    symptom: "go/unknown-command",
    cause: "newer",
    tool: "go",
    files: shop(),
    script: "go workspace; go mod dowload",
  },
  {
    symptom: "go/newer-language",
    cause: "go-line",
    shows: ["go.mod:3"],
    tool: "go",
    files: shop({
      "go.mod": "module example.com/shop\n\ngo 1.17\n",
      "main.go": "package main\n\nfunc id[T any](t T) T { return t }\n\nfunc main() { println(id(1)) }\n",
    }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/newer-language",
    variant: "range",
    cause: "go-line",
    shows: ["go.mod:3"],
    tool: "go",
    versions: ["go1.26"],
    files: shop({ "main.go": "package main\n\nfunc main() {\n\tfor i := range 10 {\n\t\tprintln(i)\n\t}\n}\n" }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/unused",
    cause: "unused",
    tool: "go",
    shows: ["main.go:3", "main.go:6"],
    files: shop({ "main.go": 'package main\n\nimport "os"\n\nfunc main() {\n\tx := 1\n}\n' }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/undefined",
    cause: "file-not-built",
    shows: ["main.go:3", "connect_windows.go:3"],
    tool: "go",
    files: shop({
      "main.go": "package main\n\nfunc main() { connect() }\n",
      "connect_windows.go": "package main\n\nfunc connect() {}\n",
    }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/undefined",
    variant: "one-file",
    cause: "same-package",
    shows: ["main.go:3", "connect.go:3"],
    tool: "go",
    files: shop({
      "main.go": "package main\n\nfunc main() { connect() }\n",
      "connect.go": "package main\n\nfunc connect() {}\n",
    }),
    script: "go build -o /dev/null main.go",
  },
  {
    symptom: "go/undefined",
    variant: "plain",
    cause: "nowhere",
    shows: ["main.go:3"],
    tool: "go",
    files: shop({ "main.go": "package main\n\nfunc main() { conect() }\n" }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/syntax",
    cause: "syntax",
    shows: ["main.go:4"],
    tool: "go",
    files: shop({ "main.go": "package main\n\nfunc main() {\n\tif x == {\n}\n" }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/redeclared",
    cause: "twice",
    shows: ["main.go:3"],
    tool: "go",
    files: shop({ "tool.go": "package main\n\nfunc main() {}\n" }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/no-main",
    cause: "library",
    tool: "go",
    files: shop({ "main.go": "package main\n\nfunc start() {}\n" }),
    script: "go build -o /dev/null .",
  },
  {
    symptom: "go/run-not-main",
    cause: "general",
    tool: "go",
    files: shop({ "main.go": "package shop\n" }),
    script: "go run .",
  },
  {
    symptom: "go/no-space",
    cause: "disk",
    tool: "go",
    files: shop(),
    script:
      "unshare -m sh -c 'mkdir /tmp/small-$$; mount -t tmpfs -o size=1m none /tmp/small-$$ && cd \"$PWD\" && GOTMPDIR=/tmp/small-$$ GOCACHE=/tmp/small-$$/c go build -o /dev/null .; cd /; umount /tmp/small-$$; rmdir /tmp/small-$$' 2>&1 | head -5",
    slow: true,
  },
  {
    symptom: "go/modcache-read-only",
    cause: "rights",
    tool: "go",
    files: shop({
      "go.mod": "module example.com/shop\n\ngo 1.19\n\nrequire example.com/lib v1.0.0\n",
      "main.go": importing("example.com/lib"),
    }),
    script:
      "chmod a+rx .. ../..; chmod -R a+rX .; mkdir .mod .cache; chmod 777 .cache; chmod 755 .mod; GOCACHE=$PWD/.cache GOMODCACHE=$PWD/.mod setpriv --reuid=12345 --regid=12345 --clear-groups go mod download",
    slow: true,
  },
  {
    symptom: "go/unknown-time-zone",
    cause: "no-zones",
    tool: "go",
    shows: ["Dockerfile:4", "main.go:6"],
    files: shop({
      "main.go":
        'package main\n\nimport "time"\n\nfunc main() {\n\tif _, err := time.LoadLocation("Europe/Atlantis"); err != nil {\n\t\tpanic(err)\n\t}\n}\n',
      Dockerfile:
        'FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nFROM scratch\nCOPY --from=build /shop /shop\nENTRYPOINT ["/shop"]\n',
    }),
    script: "go run .",
  },
  {
    symptom: "go/x509-unknown-authority",
    cause: "bare-base",
    shows: ["Dockerfile:4"],
    tool: "go",
    files: shop({
      "main.go":
        'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n\t"net/http/httptest"\n\t"os"\n)\n\nfunc main() {\n\ts := httptest.NewTLSServer(http.NotFoundHandler())\n\tdefer s.Close()\n\t_, err := http.Get(s.URL)\n\tfmt.Fprintln(os.Stderr, err)\n}\n',
      Dockerfile:
        'FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nFROM scratch\nCOPY --from=build /shop /shop\nENTRYPOINT ["/shop"]\n',
    }),
    script: "go run .",
    slow: true,
  },
  {
    symptom: "run/loopback-refused",
    cause: "loopback",
    tool: "go",
    files: shop({
      "main.go":
        'package main\n\nimport (\n\t"fmt"\n\t"net"\n\t"os"\n)\n\nfunc main() {\n\t_, err := net.Dial("tcp", "127.0.0.1:54")\n\tfmt.Fprintln(os.Stderr, "connect to the database:", err)\n\tos.Exit(1)\n}\n',
    }),
    script: "go run .",
  },
  {
    symptom: "run/address-in-use",
    cause: "taken",
    tool: "go",
    files: shop({
      "main.go":
        'package main\n\nimport (\n\t"fmt"\n\t"net"\n\t"os"\n)\n\nfunc main() {\n\tl, _ := net.Listen("tcp", "127.0.0.1:0")\n\t_, err := net.Listen("tcp", l.Addr().String())\n\tfmt.Fprintln(os.Stderr, err)\n}\n',
    }),
    script: "go run . 2>&1 | sed 's/:[0-9][0-9]*: bind/:8080: bind/'",
  },
  {
    symptom: "run/port-not-permitted",
    cause: "low-port",
    tool: "go",
    files: shop({
      "main.go":
        'package main\n\nimport (\n\t"fmt"\n\t"net"\n\t"os"\n)\n\nfunc main() {\n\t_, err := net.Listen("tcp", ":81")\n\tfmt.Fprintln(os.Stderr, err)\n}\n',
    }),
    script:
      "go build -o shop . && chmod a+rx .. ../..; chmod -R a+rX .; chmod a+x shop; unshare -n sh -c 'echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start; setpriv --reuid=12345 --regid=12345 --clear-groups --bounding-set=-all ./shop'",
    slow: true,
  },
  {
    symptom: "run/nil-map",
    cause: "nil-map",
    shows: ["main.go:5"],
    tool: "go",
    files: shop({ "main.go": 'package main\n\nfunc main() {\n\tvar m map[string]int\n\tm["a"] = 1\n}\n' }),
    script: "go run .",
  },
  {
    symptom: "run/nil-pointer",
    cause: "nil",
    shows: ["main.go:7"],
    tool: "go",
    files: shop({
      "main.go": "package main\n\ntype order struct{ id int }\n\nfunc main() {\n\tvar o *order\n\tprintln(o.id)\n}\n",
    }),
    script: "go run .",
  },
  {
    symptom: "run/deadlock",
    cause: "deadlock",
    shows: ["main.go:5"],
    tool: "go",
    files: shop({ "main.go": "package main\n\nfunc main() {\n\tc := make(chan int)\n\t<-c\n}\n" }),
    script: "go run .",
  },
  {
    symptom: "libc/version-not-found",
    cause: "older-runtime",
    shows: ["Dockerfile:1", "Dockerfile:4"],
    tool: "libc",
    files: shop({
      "main.c": "#include <stdio.h>\nextern int newer(void);\nint main(void) { return newer(); }\n",
      "newer.c": "int newer(void) { return 0; }\n",
      "v1.map": "GLIBC_2.99 { global: newer; };\n",
      "v0.map": "GLIBC_2.0 { global: newer; };\n",
      Dockerfile:
        'FROM golang:1.26-trixie AS build\nWORKDIR /src\nCOPY . .\nFROM debian:bullseye-slim\nCOPY --from=build /shop /shop\nENTRYPOINT ["/shop"]\n',
    }),
    // The loader's own words, about a library that lacks the version that the program was linked against.
    script:
      "gcc -shared -fPIC -Wl,--version-script=v1.map -Wl,-soname,libnewer.so -o libnewer.so newer.c && gcc -o shop main.c -L. -lnewer && gcc -shared -fPIC -Wl,--version-script=v0.map -Wl,-soname,libnewer.so -o libnewer.so newer.c; LD_LIBRARY_PATH=. ./shop",
    slow: true,
  },
  {
    symptom: "libc/library-missing",
    cause: "not-in-image",
    tool: "libc",
    files: shop({
      "main.c": "extern int newer(void);\nint main(void) { return newer(); }\n",
      "newer.c": "int newer(void) { return 0; }\n",
    }),
    script:
      "gcc -shared -fPIC -Wl,-soname,libshop.so.1 -o libshop.so.1 newer.c && gcc -o shop main.c ./libshop.so.1 && rm libshop.so.1; ./shop",
    slow: true,
  },
];
