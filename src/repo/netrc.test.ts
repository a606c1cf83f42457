import { expect, test } from "vitest";
import { parseNetrc } from "./netrc.ts";

// As cmd/go/internal/auth/netrc_test.go has them.
test("what the go command reads of a .netrc", () => {
  const text = `
machine incomplete
password none

machine api.github.com
  login user
  password pwd

machine incomlete.host
  login justlogin

machine test.host
login user2
password pwd2

machine oneline login user3 password pwd3

machine ignore.host macdef ignore
  login nobody
  password nothing

machine hasmacro.too macdef ignore-next-lines login user4 password pwd4
  login nobody
  password nothing

default
login anonymous
password gopher@golang.org

machine after.default
login oops
password too-late-in-file
`;
  expect(parseNetrc(text).map(({ machine, login, password }) => [machine, login, password])).toEqual([
    ["api.github.com", "user", "pwd"],
    ["test.host", "user2", "pwd2"],
    ["oneline", "user3", "pwd3"],
    ["hasmacro.too", "user4", "pwd4"],
  ]);
});
