import { expect, test } from "vitest";
import { formatListenAddress, isLoopback, parseListenAddress } from "./listenAddress.ts";

test.each([
  ["127.0.0.1:7300", "127.0.0.1", 7300, true],
  ["127.8.9.1:1", "127.8.9.1", 1, true],
  ["[::1]:7300", "::1", 7300, true],
  ["[0:0:0:0:0:0:0:1]:7300", "0:0:0:0:0:0:0:1", 7300, true],
  ["localhost:0", "localhost", 0, true],
  ["[::]:80", "::", 80, false],
  ["[::11]:80", "::11", 80, false],
  ["0.0.0.0:80", "0.0.0.0", 80, false],
  ["gateway.corp.example:80", "gateway.corp.example", 80, false],
  ["127.evil.example:80", "127.evil.example", 80, false],
])("%s", (text, host, port, loopback) => {
  const address = parseListenAddress(text);
  expect(address).toEqual({ host, port });
  expect(isLoopback(address)).toBe(loopback);
  expect(formatListenAddress(address)).toBe(text);
});

test("no host is every address", () => {
  expect(parseListenAddress(":7300")).toEqual({ host: undefined, port: 7300 });
  expect(isLoopback(parseListenAddress(":7300"))).toBe(false);
});

test.each([
  ["7300", "write 127.0.0.1:7300"],
  ["127.0.0.1", "not an address"],
  ["127.0.0.1:65536", "not an address"],
  ["::1:7300", "not an address"],
  ["[127.0.0.1]:80", "not an IPv6 address"],
  ["http://localhost:80", "not an address"],
  ["*:80", "not a host name"],
  ["a b:80", "not a host name"],
])("%s is refused", (text, message) => {
  expect(() => parseListenAddress(text)).toThrow(message);
});
