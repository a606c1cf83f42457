import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";

export interface GitRequest {
  /** Folder of all repositories. */
  readonly root: string;
  /** Of the request, below it: `/team/lib/.git/info/refs`. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly search: string;
}

/** Answers a request as a server for git does: git-http-backend(1), by CGI. */
export function answerGit(
  request: IncomingMessage,
  response: ServerResponse,
  { root, path, search }: GitRequest,
): void {
  const { headers } = request;
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers["content-type"],
      HTTP_CONTENT_ENCODING: headers["content-encoding"],
      GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  request.pipe(child.stdin);
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  child.on("close", () => {
    const whole = Buffer.concat(parts);
    const end = whole.indexOf("\r\n\r\n");
    const lines = whole.subarray(0, Math.max(0, end)).toString("latin1").split("\r\n");
    const fields = lines.map((line) => line.split(": ", 2)).filter(([name]) => name !== "Status" && name !== "");
    const status = Number(/^Status: (\d+)/m.exec(lines.join("\n"))?.[1] ?? 200);
    response.writeHead(end < 0 ? 500 : status, Object.fromEntries(fields)).end(whole.subarray(end + 4));
  });
}
