// What becomes of a private key on its way through a CI variable, and the way back. Pure; nothing here prints a key.
//
// Sources: OpenSSH's PROTOCOL.key (openssh-key-v1), RFC 7468 (PEM), RFC 1421 §4.6 (Proc-Type).

export type KeyRepair =
  | "byte order mark"
  | "quotes around it"
  | "base64 around it"
  | "literal \\n for line ends"
  | "Windows line ends"
  | "spaces for line ends"
  | "indented or blank lines"
  | "no line end at its end";

export type KeyText =
  | { readonly state: "fine"; readonly key: string; readonly repairs: readonly KeyRepair[] }
  /** `why` is for people, and says what to do. */
  | { readonly state: "unusable"; readonly why: string };

const sizeLimit = 64 * 1024;
const lineWidth = 70;
const pem = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/;
const repairsSpacing = /^(?:(?:Proc-Type|DEK-Info): [^\n]*\n)+\n?/;

/** The key as OpenSSH reads it, and what had to be mended. The text comes from outside. */
export function repairKey(given: string): KeyText {
  if (given.trim() === "") return unusable("it is empty");
  if (given.length > sizeLimit) return unusable("it is larger than 64 KiB: no private key is");
  const repairs: KeyRepair[] = [];
  const text = unwrap(given, repairs);
  const match = pem.exec(text);
  if (match === null) return unusable(whatElse(text));
  const [block, label = "", content = ""] = match;
  const wrong = wrongLabel(label);
  if (wrong !== undefined) return unusable(wrong);
  // An old PEM key with a passphrase has headers, which are lines of their own.
  const unindented = content.trim().replaceAll(/^[ \t]+/gm, "");
  const headers = repairsSpacing.exec(unindented)?.[0] ?? "";
  if (headers.includes("ENCRYPTED")) return unusable(passphrase);
  const lines = content.replaceAll(/^\n|\n$/g, "").split("\n");
  if (lines.length === 1 && / /.test(lines[0]?.trim() ?? "")) repairs.push("spaces for line ends");
  else if (lines.some((line) => line.trim() !== line || line === "")) repairs.push("indented or blank lines");
  const body = content.replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body))
    return unusable("between its first and last line stand characters that no key has: it was changed on its way");
  if (body.length % 4 !== 0) return unusable("it is incomplete: a part was lost when it was copied");
  if (label === "OPENSSH PRIVATE KEY") {
    const problem = checkOpenssh(Buffer.from(body, "base64"));
    if (problem !== undefined) return unusable(problem);
  }
  const wrapped = body.match(new RegExp(`.{1,${lineWidth}}`, "g"))?.join("\n") ?? "";
  // A key that needs nothing stays as it is, byte for byte.
  const key = repairs.length === 0 ? `${block}\n` : `-----BEGIN ${label}-----\n${wrapped}\n-----END ${label}-----\n`;
  if (repairs.length === 0 && !given.endsWith("\n")) repairs.push("no line end at its end");
  return { state: "fine", key, repairs };
}

const passphrase =
  "it has a passphrase, which nobody types in CI: take a key of its own for deployments, without one, and let the CI's secret variable protect it";

function unusable(why: string): KeyText {
  return { state: "unusable", why };
}

/** Takes off, one after the other, what variables and web forms put around a text. */
function unwrap(given: string, repairs: KeyRepair[]): string {
  let text = given;
  if (text.startsWith("\uFEFF")) {
    repairs.push("byte order mark");
    text = text.slice(1);
  }
  const quoted = /^\s*(["'])([\s\S]*)\1\s*$/.exec(text);
  if (quoted !== null) {
    repairs.push("quotes around it");
    text = quoted[2] ?? "";
  }
  const packed = text.replaceAll(/\s/g, "");
  if (!text.includes("-----") && /^[A-Za-z0-9+/]{64,}={0,2}$/.test(packed)) {
    const unpacked = Buffer.from(packed, "base64").toString("latin1");
    if (unpacked.includes("-----BEGIN ")) {
      repairs.push("base64 around it");
      text = unpacked;
    }
  }
  if (/\\r?\\?n/.test(text) && /-----BEGIN [A-Z0-9 ]+-----\\/.test(text)) {
    repairs.push("literal \\n for line ends");
    text = text.replaceAll(/(?:\\r)?\\n/g, "\n");
  }
  if (text.includes("\r")) {
    repairs.push("Windows line ends");
    text = text.replaceAll(/\r\n?/g, "\n");
  }
  return text;
}

/** What was given in place of a private key. */
function whatElse(text: string): string {
  const start = text.trimStart();
  if (/^(?:ssh-|ecdsa-|sk-)\S+ AAAA/.test(start))
    return "it is a public key: the private one has the same name without .pub";
  if (start.startsWith("PuTTY-User-Key-File"))
    return "it is PuTTY's format: convert it with `puttygen key.ppk -O private-openssh -o key`";
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text))
    return "it has no END line: a part was lost when it was copied";
  if (/-----END [A-Z0-9 ]*PRIVATE KEY-----/.test(text))
    return "it has no BEGIN line: a part was lost when it was copied";
  if (/^\$\{?\w+\}?$/.test(start.trim())) return "it is the name of a variable that was not filled in";
  return "it is no private key: one begins with -----BEGIN OPENSSH PRIVATE KEY-----";
}

function wrongLabel(label: string): string | undefined {
  switch (label) {
    case "OPENSSH PRIVATE KEY":
    case "RSA PRIVATE KEY":
    case "EC PRIVATE KEY":
    case "PRIVATE KEY":
      return undefined;
    case "ENCRYPTED PRIVATE KEY":
      return passphrase;
    case "CERTIFICATE":
      return "it is a certificate (TLS), and no key";
    case "DSA PRIVATE KEY":
      return "it is a DSA key, which OpenSSH refuses: make an ed25519 one";
    default:
      return label.includes("PUBLIC KEY")
        ? "it is a public key: the private one is needed"
        : `it is a ${label}, which OpenSSH does not read`;
  }
}

/** "openssh-key-v1\0", then the cipher's name: "none" when there is no passphrase. */
function checkOpenssh(bytes: Buffer): string | undefined {
  const magic = Buffer.from("openssh-key-v1\0", "latin1");
  if (!bytes.subarray(0, magic.length).equals(magic))
    return "its content is not what OpenSSH writes: it was changed on its way";
  const length = bytes.length >= magic.length + 4 ? bytes.readUInt32BE(magic.length) : 0;
  const cipher = bytes.subarray(magic.length + 4, magic.length + 4 + length).toString("latin1");
  return cipher === "none" ? undefined : passphrase;
}
