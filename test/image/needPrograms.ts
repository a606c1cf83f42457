// A Go program for each need at run time: what it does without, it says itself.

import { readFile, writeFile } from "node:fs/promises";
import { command } from "../harness/command.ts";
import { TempDir } from "../harness/tempDir.ts";

/** Each ends with 1 and the error's text where what it needs is not there. */
const sources = {
  certificates: `
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	if len(os.Args) > 1 {
		pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		return
	}
	_, err := http.Get(server.URL)
	end(err)`,
  timeZone: `
	_, err := time.LoadLocation("Europe/Berlin")
	end(err)`,
  user: `
	_, err := user.Current()
	end(err)`,
  temporaryFile: `
	_, err := os.CreateTemp("", "x")
	end(err)`,
  volume: `
	end(os.WriteFile("/data/x", []byte("x"), 0o600))`,
} as const;

export type NeedPrograms = Readonly<Record<keyof typeof sources | "ownTimeZone", Buffer>> & {
  /** The certificate that the first program's server shows. */
  readonly certificate: string;
};

const packages: Readonly<Record<string, string>> = {
  httptest: "net/http/httptest",
  "http.Not": "net/http",
  pem: "encoding/pem",
  "time.Load": "time",
  "user.": "os/user",
};

export async function makeNeedPrograms(): Promise<NeedPrograms> {
  await using folder = await TempDir.create("needs");
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GO111MODULE: "off", GOTOOLCHAIN: "local" };
  let made = 0;
  const build = async (body: string, tags = "none"): Promise<Buffer> => {
    const imports = Object.entries(packages).flatMap(([word, path]) => (body.includes(word) ? [`"${path}"`] : []));
    const text = `package main\n\nimport (\n"fmt"\n"os"\n${imports.join("\n")}\n)\n\nfunc end(err error) {\n\tif err != nil {\n\t\tfmt.Println(err)\n\t\tos.Exit(1)\n\t}\n}\n\nfunc main() {${body}\n}\n`;
    const name = `program${made++}`;
    await writeFile(folder.join(`${name}.go`), text);
    // Stripped, as images have them.
    const args = ["build", "-tags", tags, "-trimpath", "-ldflags", "-s -w", "-o", folder.join(name), `${name}.go`];
    await command(["go", ...args], { cwd: folder.path, env, timeout: 170_000 });
    return readFile(folder.join(name));
  };
  const certificates = await build(sources.certificates);
  const certificate = await command([folder.join("program0"), "certificate"]);
  const [timeZone, ownTimeZone, user, temporaryFile, volume] = await Promise.all([
    build(sources.timeZone),
    build(sources.timeZone, "timetzdata"),
    build(sources.user),
    build(sources.temporaryFile),
    build(sources.volume),
  ]);
  return { certificates, certificate, timeZone, ownTimeZone, user, temporaryFile, volume };
}
