import { describe, expect, test } from "vitest";
import { LiveArea } from "./liveArea.ts";

/** A terminal of which only what this file's escapes do is known: what stands on it in the end. */
class Screen {
  columns = 20;
  rows = 6;
  #text = "";

  write(text: string): boolean {
    const [plain = "", ...rest] = text.split("\u001b[");
    this.#text += plain;
    for (const part of rest) {
      const [, number, code, after = ""] = /^(\d+)([FJ])(.*)$/s.exec(part) ?? [];
      if (code === "F") {
        const lines = this.#text.split("\n");
        this.#text = lines
          .slice(0, lines.length - 1 - Number(number))
          .map((line) => `${line}\n`)
          .join("");
      }
      this.#text += after;
    }
    return true;
  }

  get lines(): string[] {
    return this.#text.split("\n");
  }
}

describe("a live area", () => {
  test("stays below what is written meanwhile", () => {
    const screen = new Screen();
    const area = new LiveArea(screen);
    area.show(["one", "two"]);
    area.write("log 1\n");
    area.show(["three"]);
    area.write("log 2\n");
    expect(screen.lines).toEqual(["log 1", "log 2", "three", ""]);
    area.clear();
    expect(screen.lines).toEqual(["log 1", "log 2", ""]);
  });

  test("waits while somebody else's line is open", () => {
    const screen = new Screen();
    const area = new LiveArea(screen);
    area.show(["one"]);
    area.write("Password: ");
    area.show(["two"]);
    expect(screen.lines).toEqual(["Password: "]);
    area.write("\n");
    expect(screen.lines).toEqual(["Password: ", "two", ""]);
  });

  test("is cut to the terminal", () => {
    const screen = new Screen();
    new LiveArea(screen).show(["a line that is longer than the terminal", "2", "3", "4", "5", "6"]);
    expect(screen.lines).toEqual(["a line that is lon…", "2", "3", "4", ""]);
  });
});
