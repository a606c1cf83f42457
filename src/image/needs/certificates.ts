// Certificates of authorities, where Go looks for them (crypto/x509/root_linux.go and root_unix.go).

import { allows, lookup } from "../rootfs/lookup.ts";
import type { Container } from "../why/container.ts";
import { installAdvice } from "./installAdvice.ts";
import type { Need } from "./need.ts";
import type { StartedProgram } from "./startedProgram.ts";

const bundle = "/etc/ssl/certs/ca-certificates.crt";
const files = [
  bundle,
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
const folders = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/** The module that brings its own, for when the system has none. */
const fallbackModule = "golang.org/x/crypto/x509roots/fallback";

export function certificates(container: Container, { path, go }: StartedProgram): Need | undefined {
  if (go?.abilities.has("tls-client") !== true) return undefined;
  const found = certificatesIn(container);
  const need = { kind: "certificates", by: path } as const;
  const does = `${path} can open TLS connections (https, for example)`;
  if (found !== undefined)
    return { ...need, state: "met", reason: `${does}: ${found} is there`, error: undefined, fixes: [] };
  if (go.info.deps.some((module) => module.path === fallbackModule)) {
    const reason = `${does}: the image has no certificates of authorities, and ${fallbackModule} is in the program`;
    return { ...need, state: "met", reason, error: undefined, fixes: [] };
  }
  const closed = placesOf(container).files.find((path) => look(container, path) === "closed");
  const named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].filter((name) => container.env.has(name));
  return {
    ...need,
    state: "missing",
    reason:
      `${does}, and none of the places where Go looks has certificates of authorities that user ${container.who.uid} may read` +
      (named.length === 0 ? "" : ` (${named.join(" and ")} in the image's variables decide where that is)`),
    error:
      closed === undefined
        ? "x509: certificate signed by unknown authority"
        : `x509: failed to load system roots and no roots provided; open ${closed}: permission denied`,
    fixes: [
      ...(closed === undefined ? [] : [`let everybody read it: RUN chmod a+r ${closed}`]),
      installAdvice(container.fs, "ca-certificates", bundle),
      `or import _ "${fallbackModule}", which puts them into the program`,
    ],
  };
}

/** Where there are some; undefined for nowhere. The first file that can be read decides among files; then come folders. */
export function certificatesIn(container: Container): string | undefined {
  const { fs, who } = container;
  const places = placesOf(container);
  const file = places.files.find((path) => look(container, path) === "readable" || look(container, path) === "empty");
  if (file !== undefined && look(container, file) === "readable") return file;
  return places.folders.find((folder) => {
    const found = lookup(fs, folder, who);
    if (!found.ok || !allows(found.node, 4, who)) return false;
    return [...(found.node.children?.keys() ?? [])].some((name) => look(container, `${folder}/${name}`) === "readable");
  });
}

function placesOf({ env }: Container): { readonly files: readonly string[]; readonly folders: readonly string[] } {
  const file = env.get("SSL_CERT_FILE") ?? "";
  const own = (env.get("SSL_CERT_DIR") ?? "").split(":").filter((folder) => folder !== "");
  return { files: file === "" ? files : [file], folders: own.length === 0 ? folders : own };
}

function look({ fs, who }: Container, path: string): "readable" | "empty" | "closed" | "absent" {
  const found = lookup(fs, path, who);
  if (!found.ok) return found.error === "EACCES" ? "closed" : "absent";
  if (found.node.type !== "file") return "absent";
  if (!allows(found.node, 4, who)) return "closed";
  return found.node.size > 0 ? "readable" : "empty";
}
