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
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on("data", (part: Buffer) => {
    if (head === undefined) {
      // A pack may be large: no faster than it is taken.
      if (!response.write(part)) {
        child.stdout.pause();
        response.once("drain", () => child.stdout.resume());
      }
      return;
    }
    head = Buffer.concat([head, part]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const lines = head.subarray(0, end).toString("latin1").split("\r\n");
    const fields = lines.map((line) => line.split(": ", 2)).filter(([name]) => name !== "Status" && name !== "");
    const status = Number(/^Status: (\d+)/m.exec(lines.join("\n"))?.[1] ?? 200);
    response.writeHead(status, Object.fromEntries(fields)).write(head.subarray(end + 4));
    head = undefined;
  });
  child.on("close", () => {
    if (head !== undefined) response.writeHead(500);
    response.end();
  });
  response.on("close", () => child.kill());
}
