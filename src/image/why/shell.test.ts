import { expect, test } from "vitest";
import { firstCommand } from "./shell.ts";

test.each([
  ["/app", ["/app"]],
  ["exec /app --port 80", ["/app", "--port", "80"]],
  ["LEVEL=info MODE=x app serve", ["app", "serve"]],
  ["./app && echo done", ["./app"]],
  ["app | tee log", ["app"]],
  ["app > log", ["app"]],
  // Only a shell knows these.
  ["$APP --port 80", undefined],
  ['"/app"', undefined],
  ["cd /srv && ./app", undefined],
  ["if true; then /app; fi", undefined],
  ["(/app)", undefined],
  ["", undefined],
])("%s", (script, expected) => expect(firstCommand(script)).toEqual(expected));
