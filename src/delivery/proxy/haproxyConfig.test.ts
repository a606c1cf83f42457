import { describe, expect, test } from "vitest";
import { parseTraffic, proxyConfig, type ProxySettings, structure, type Traffic } from "./haproxyConfig.ts";

const settings: ProxySettings = {
  service: "shop",
  environment: "production",
  publicPort: 8080,
  socket: "/var/lib/fairlead/run/1-2.sock",
  dropUser: true,
  drain: 10_000,
};

const traffics: readonly Traffic[] = [
  { active: "a", ports: { a: 20_001, b: undefined } },
  { active: "b", ports: { a: 20_001, b: 20_002 } },
  { active: "b", ports: { a: undefined, b: 20_002 } },
];

describe("the configuration", () => {
  test.each(traffics)("says where the traffic goes, and can be read again: %o", (traffic) => {
    const config = proxyConfig(settings, traffic);
    expect(parseTraffic(config)).toEqual(traffic);
    expect(config.match(/^ {2}server .* disabled$/gm)).toHaveLength(1);
  });

  test("its structure changes with the port and the user, not with the servers", () => {
    expect(structure({ ...settings })).toBe(structure(settings));
    expect(structure({ ...settings, publicPort: 8081 })).not.toBe(structure(settings));
    expect(structure({ ...settings, dropUser: false })).not.toBe(structure(settings));
  });

  test("a text that isn't ours says nothing", () => {
    expect(parseTraffic("")).toBeUndefined();
    expect(parseTraffic("backend x\n  server web 10.0.0.1:80\n")).toBeUndefined();
  });
});
