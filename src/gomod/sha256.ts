/**
 * SHA-256 of some bytes, 32 bytes. This room imports nothing, and every platform has it faster than JavaScript could; in
 * Node:
 *
 *     const sha256: Sha256 = (data) => hash("sha256", data, "buffer"); // node:crypto
 */
export type Sha256 = (data: Uint8Array) => Uint8Array;
