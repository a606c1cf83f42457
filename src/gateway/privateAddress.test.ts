import { expect, test } from "vitest";
import { isPrivateAddress, lookupPublic, PrivateAddressError } from "./privateAddress.ts";

test.each([
  "127.0.0.1",
  "127.8.8.8",
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "fe80::1",
  "fd00::1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "64:ff9b::a00:1",
  "ff02::1",
])("%s is private", (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each(["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"])(
  "%s is public",
  (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  },
);

test.each([true, false])("a name that resolves to a private address is refused (all: %s)", async (all) => {
  const error = await new Promise((resolve) => lookupPublic("localhost", { all }, resolve));
  expect(error).toBeInstanceOf(PrivateAddressError);
});
