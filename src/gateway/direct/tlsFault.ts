// Why a host's certificate is refused. git's TLS libraries say it in many ways, and one of them not at all; so the host is
// asked once more, by a library that has codes.

import { readFile } from "node:fs/promises";
import { connect } from "node:tls";

const withinMs = 5_000;

/** The certificates that the host shows, and what is wrong with them; undefined if nothing is, or nobody answers. */
export async function tlsFault(url: string, caFile: string | undefined): Promise<string | undefined> {
  const { hostname, port, protocol } = URL.parse(url) ?? {};
  if (hostname === undefined || protocol !== "https:") return undefined;
  const ca = caFile === undefined ? undefined : await readFile(caFile);
  return new Promise((resolve) => {
    const host = hostname.replaceAll(/^\[|\]$/g, "");
    const socket = connect({
      host,
      port: Number(port || "443"),
      servername: /^[\d.]+$|:/.test(host) ? "" : host,
      ca,
      rejectUnauthorized: false,
    });
    const end = (text: string | undefined): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(withinMs, () => end(undefined));
    socket.on("error", () => end(undefined));
    socket.on("secureConnect", () => {
      // Typed as an error, and the name of its code in truth.
      const code = String(socket.authorizationError ?? "");
      if (code === "") return end(undefined);
      const { subject, issuer, valid_to: until } = socket.getPeerCertificate();
      const chain = `it is for ${text(subject?.CN)}, from ${text(issuer?.CN)}, until ${until}`;
      end(`${meaning(code)} (${chain})`);
    });
  });
}

function meaning(code: string): string {
  if (/EXPIRED|NOT_YET_VALID/.test(code)) return "has expired or is not valid yet";
  if (/ALTNAME/.test(code)) return "is for another name";
  return "is from an unknown authority; name it in NODE_EXTRA_CA_CERTS where the gateway runs";
}

/** The host's own words: no control characters, and not many. */
function text(name: string | string[] | undefined): string {
  return JSON.stringify(String(name ?? "").slice(0, 80));
}
