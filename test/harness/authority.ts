import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];

/** An authority of one's own for certificates: `<name>.crt` and `<name>.key` in a folder. */
export class Authority {
  /** Its certificate, PEM. */
  readonly file: string;
  readonly #folder: string;
  readonly #name: string;

  static async create(folder: string, name: string): Promise<Authority> {
    const files = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)];
    await command(["openssl", "req", "-x509", ...newKey, "-days", "2", ...files, "-subj", `/CN=${name}`]);
    return new Authority(folder, name);
  }

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.file = join(folder, `${name}.crt`);
  }

  /** A server's key and certificate, as node:https takes them. `names`: `DNS:git.example,IP:127.0.0.1`. */
  async certify(name: string, names: string, days = 2): Promise<{ readonly key: Buffer; readonly cert: Buffer }> {
    const at = (ending: string): string => join(this.#folder, `${name}.${ending}`);
    await command(["openssl", "req", ...newKey, "-subj", `/CN=${name}`, "-keyout", at("key"), "-out", at("csr")]);
    await writeFile(at("ext"), `subjectAltName=${names}\nbasicConstraints=critical,CA:FALSE\n`);
    const own = ["-CA", this.file, "-CAkey", join(this.#folder, `${this.#name}.key`), "-CAcreateserial"];
    const files = ["-in", at("csr"), "-extfile", at("ext"), "-out", at("crt")];
    await command(["openssl", "x509", "-req", ...files, ...own, "-days", String(days)]);
    return { key: await readFile(at("key")), cert: await readFile(at("crt")) };
  }
}
