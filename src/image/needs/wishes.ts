import type { Need } from "./need.ts";

/** What people want of a base beside what their programs need. */
export const wishes = [
  "shell",
  "packages",
  "glibc",
  "certificates",
  "time-zones",
  "temporary-files",
  "user-entry",
] as const;

/** `packages`: something to install more with. The last four are had although no program is known to need them. */
export type Wish = (typeof wishes)[number];

export function isNeed(wish: Wish): wish is Wish & Need["kind"] {
  return wish !== "shell" && wish !== "packages" && wish !== "glibc";
}
