/** One thing that was looked at. Nothing in it is secret. */
export interface Finding {
  readonly subject: "key" | "folder" | "host key" | "connection";
  /** A host's name, a file. */
  readonly name: string;
  readonly state: "fine" | "mended" | "wrong";
  /** What it is, what was mended, or what is wrong and what to do. */
  readonly text: string;
}

export const fine = (subject: Finding["subject"], name: string, text: string): Finding => ({
  subject,
  name,
  state: "fine",
  text,
});
export const mended = (subject: Finding["subject"], name: string, text: string): Finding => ({
  subject,
  name,
  state: "mended",
  text,
});
export const wrong = (subject: Finding["subject"], name: string, text: string): Finding => ({
  subject,
  name,
  state: "wrong",
  text,
});
