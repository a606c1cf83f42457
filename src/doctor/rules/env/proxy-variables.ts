import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n" };
const proxy = "http://proxy.example.com:3128";

export const rule: Rule = defineRule({
  id: "env/proxy-variables",
  title: "the variables of the HTTP proxy contradict each other",
  severity: "warning",
  why: "go takes HTTPS_PROXY before https_proxy, curl and git the other way round; HTTP_PROXY alone says nothing about https. One tool comes through, the next one times out.",
  source:
    "https://pkg.go.dev/golang.org/x/net/http/httpproxy#FromEnvironment; https://curl.se/docs/manpage.html#ENVIRONMENT",
  examples: {
    bad: { ...files, $ENV: `HTTPS_PROXY=${proxy}\nhttps_proxy=http://old.example.com:3128\n` },
    good: { ...files, $ENV: `HTTPS_PROXY=${proxy}\nhttps_proxy=${proxy}\nHTTP_PROXY=${proxy}\n` },
    silent: {
      "only one of the two ways to write it": { ...files, $ENV: `https_proxy=${proxy}\n` },
      none: { ...files, $ENV: "GOFLAGS=\n" },
    },
  },
  *check({ machine }) {
    if (machine === undefined) return;
    const value = (name: string): string => machine.setting(name).value;
    for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"]) {
      const [upper, lower] = [value(name), value(name.toLowerCase())];
      if (upper !== "" && lower !== "" && upper !== lower)
        yield {
          ...here,
          message: `${name} and ${name.toLowerCase()} are not the same: go takes the first, curl and git the second`,
        };
    }
    const plain = value("HTTP_PROXY") || value("http_proxy");
    if (
      plain !== "" &&
      (value("HTTPS_PROXY") || value("https_proxy") || value("ALL_PROXY") || value("all_proxy")) === ""
    )
      yield {
        ...here,
        message:
          "HTTP_PROXY is set and HTTPS_PROXY is not: modules are fetched over https, which goes around the proxy",
      };
  },
});
