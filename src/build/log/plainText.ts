/* oxlint-disable no-control-regex -- control characters are what this file is about */

/**
 * A line as a terminal would leave it: escape sequences gone, what a carriage return overwrites gone, other control
 * characters gone. What a build prints is anybody's, and must not move a reader's cursor.
 */
export function plainText(line: string): string {
  if (!special.test(line)) return line;
  const text = line.replace(escapes, "");
  const trimmed = text.replace(/\r+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1).replace(controls, "");
}

const special = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** ECMA-48: CSI; OSC, DCS, APC, PM and SOS strings with their end; other two-character escapes. */
const escapes =
  /\u001b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]PX^_][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)?|[ -/]{0,8}[0-Z\\^-~])|\u009b[0-?]{0,64}[ -/]{0,8}[@-~]/g;

/** Direction marks too: they let text read as what it is not. */
const controls = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
