/**
 * Checksum databases, both sides: golang.org/x/mod/sumdb under its own names. A checksum database is a log of go.sum lines
 * that anybody can read and nobody can rewrite (golang.org/design/25530-sumdb): {@link Client} looks lines up and believes
 * only what is proven, {@link serve} answers for a database of one's own, which the go command verifies as it does Go's.
 */
export { Client, type ClientOptions } from "./sumdb/client.ts";
export type { ClientOps } from "./sumdb/clientOps.ts";
export { serve, type ServerAnswer, serverPaths } from "./sumdb/server.ts";
export type { ServerOps } from "./sumdb/serverOps.ts";
export { TestServer, type TestServerOptions } from "./sumdb/testServer.ts";
export type { Sha256 } from "./sha256.ts";
