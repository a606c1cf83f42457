/**
 * What kept an image from being read.
 *
 * - `not-found`: no such file, folder, image or platform
 * - `unreadable`: this user may not read it, or the disk has no room or fails
 * - `bad-archive`: a tar or compressed stream that breaks its format's rules, or ends too early
 * - `bad-image`: manifests or configuration that can't be understood or contradict each other
 * - `digest-mismatch`: bytes that are not what their digest promises
 * - `too-large`: more than the bounds allow
 */
export type ImageErrorCode = "not-found" | "unreadable" | "bad-archive" | "bad-image" | "digest-mismatch" | "too-large";

/** The image room's error: `code` for programs, `message` for people. */
export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
