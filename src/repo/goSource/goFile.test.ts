import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BuildContext } from "../../gomod/source/buildContext.ts";
import { type GoFile, isBuilt, readGoFile, replacesCgo } from "./goFile.ts";

const linux: BuildContext = { goos: "linux", goarch: "amd64", cgo: true };

function read(text: string, name = "main.go"): GoFile {
  const file = readGoFile(name, text);
  if (file === undefined) throw new Error("no Go");
  return file;
}

describe("which files are built", () => {
  test.each([
    ["", true],
    ["//go:build linux\n\n", true],
    ["//go:build !linux\n\n", false],
    ["//go:build ignore\n\n", false],
    ["// Copyright\n\n//go:build (darwin || linux) && !cgo\n\n", false],
    ["//go:build unix && go1.21\n\n", true],
    ["// +build windows darwin\n\n", false],
    ["// +build linux,cgo windows\n// +build !arm64\n\n", true],
    ["//go:build linux\n// +build windows\n\n", true],
    ["/* //go:build windows */\n", true],
  ])("%j: %s", (head, built) => {
    expect(isBuilt("x.go", read(`${head}package x\n`).header, linux)).toBe(built);
  });

  test("after the package clause nothing is a constraint", () => {
    expect(read("package x\n//go:build ignore\n").header.constraint).toBeUndefined();
  });

  test("without cgo, files that import C fall away, and `!cgo` marks what takes their place", () => {
    const withC = read('package x\n\n// #include <stdio.h>\nimport "C"\n').header;
    expect(isBuilt("x.go", withC, linux)).toBe(true);
    expect(isBuilt("x.go", withC, { ...linux, cgo: false })).toBe(false);
    expect(replacesCgo(read("//go:build linux && !cgo\n\npackage x\n").header)).toBe(true);
    expect(replacesCgo(read("//go:build !(windows || cgo)\n\npackage x\n").header)).toBe(true);
    expect(replacesCgo(read("//go:build cgo\n\npackage x\n").header)).toBe(false);
  });
});

describe("func main", () => {
  test.each([
    ["package main\nfunc main() {}", true],
    ["package main\nfunc (t T) main() {}", false],
    ["package main\n// func main() {}\nvar s = `func main() {}`", false],
    ["package main\nfunc f() { func() { var main = 1; _ = main }() }", false],
    ["package other\nfunc main() {}", false],
  ])("%j: %s", (source, expected) => expect(read(source).hasMain).toBe(expected));
});

test("embed patterns, quoted and not", () => {
  const source =
    'package x\nimport _ "embed"\n//go:embed a.txt all:static "with blank/*" `raw` "no\\n!.git"\nvar f embed.FS\n//go:embedding no\n// go:embed no\n';
  expect(read(source).embeds).toEqual(["a.txt", "all:static", "with blank/*", "raw"]);
});

describe("ports", () => {
  const body = (code: string): GoFile => read(`package main\n\nfunc main() {\n${code}\n}\n`);
  test.each([
    ['http.ListenAndServe(":8080", nil)', [":8080 listens"]],
    ['log.Fatal(http.ListenAndServe("127.0.0.1:8081", mux))', ["127.0.0.1:8081 listens"]],
    ['addr := ":9000"\nhttp.ListenAndServe(addr, nil)', [":9000 listens"]],
    ['srv := &http.Server{Handler: h, Addr: ":8443"}', [":8443 listens"]],
    ['http.ListenAndServe(fmt.Sprintf(":%d", port), nil)\n const port = 7000', [":7000 listens"]],
    ['http.ListenAndServe(net.JoinHostPort("0.0.0.0", "6000"), nil)', ["0.0.0.0:6000 listens"]],
    [
      'port := os.Getenv("PORT")\nif port == "" { port = "8088" }\nhttp.ListenAndServe(":"+port, nil)',
      [":8088 listens"],
    ],
    ['l, err := net.Listen("tcp", ":5000")', [":5000 listens"]],
    ['r := gin.Default()\nr.Run(":8090")', [":8090 listens"]],
    ['addr := getEnv("LISTEN_ADDR", ":8070")', [":8070 environment"]],
    ['port := cmp.Or(os.Getenv("PORT"), "8060")', [":8060 environment"]],
    ['addr := flag.String("listen-addr", ":8050", "where")', [":8050 flag"]],
    ['flag.IntVar(&port, "port", 8040, "port")', [":8040 flag"]],
    ['pflag.StringP("addr", "a", ":8030", "where")', [":8030 flag"]],
    ['kingpin.Flag("web.listen-address", "where").Default(":9102").String()', [":9102 flag"]],
    ['f := &cli.StringFlag{Name: "listen", Value: ":8020"}', [":8020 flag"]],
    ['viper.SetDefault("port", 8010)', [":8010 flag"]],
    ['type c struct { Port int `env:"PORT" envDefault:"8001"` }', [":8001 environment"]],
    // Those are not where it listens.
    ['redis.NewClient(&redis.Options{Addr: "localhost:6379"})', []],
    ['flag.String("redis-addr", "redis:6379", "")\nflag.Int("db.port", 5432, "")', []],
    ['getEnv("DB_PORT", "5432")', []],
    [
      'flag.String("address", "localhost:4150", "")\nflag.String("http", "127.0.0.1:3999", "")',
      ["127.0.0.1:3999 flag"],
    ],
    ['// http.ListenAndServe(":8080", nil)\n_ = `http.ListenAndServe(":8080", nil)`', []],
    ['http.ListenAndServe(os.Args[1], nil)\nhttp.ListenAndServe(":0", nil)\nr.Run("tests:99999")', []],
    // Two values for a name: neither.
    ['a := ":1"\nif x { a = ":2" }\nhttp.ListenAndServe(a, nil)', []],
  ])("%s", (code, expected) => {
    expect(body(code).listens.map(({ host, port, evidence }) => `${host}:${port} ${evidence}`)).toEqual(expected);
  });

  test("a line for each", () => {
    expect(body('\nhttp.ListenAndServe(":80", nil)').listens).toMatchObject([{ line: 5 }]);
  });
});

test("environment, opened files, health checks, versions for the linker", () => {
  const file = read(`package main

var (
	version = "dev"
	commit  string
	other   = 1
)

const Version = "1"

type config struct {
	Level string \`env:"LOG_LEVEL,required"\`
}

func main() {
	a := os.Getenv("DATABASE_URL")
	b, ok := os.LookupEnv("TOKEN")
	c := os.Getenv(name)
	d, _ := os.ReadFile("./templates/x.html")
	e, _ := os.Open("../secret")
	f := os.Open("/etc/passwd")
	g, _ := sql.Open("postgres", dsn)
	template.ParseGlob("views/*.html")
	mux.HandleFunc("GET /healthz", h)
	mux.Handle("/other", h)
}
`);
  expect(file.environment).toEqual(["DATABASE_URL", "TOKEN", "LOG_LEVEL"]);
  expect(file.opens).toEqual(["templates/x.html", "views/*.html"]);
  expect(file.healthPaths).toEqual(["/healthz"]);
  expect(file.linkVariables).toEqual(["version", "commit"]);
});

test("any text is read or refused, never an error", () => {
  const words = fc.constantFrom(
    "package",
    "main",
    "import",
    "(",
    ")",
    '"C"',
    "{",
    "}",
    "func",
    "http.ListenAndServe(",
    '":80"',
    ",",
    "+",
    "//go:build",
    "&&",
    "\n",
    "`",
    "/*",
  );
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 60 }),
      (parts) => void readGoFile("x.go", `package main\n${parts.join(" ")}`),
    ),
  );
});
