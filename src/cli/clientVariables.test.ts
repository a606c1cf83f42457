import { expect, test } from "vitest";
import { clientForms, clientVariables } from "./clientVariables.ts";

const found = [{ name: "GOPRIVATE", value: "corp.example/*,*.internal", from: "environment" }];

test.each(clientForms)("%s: everything is set, and the patterns move", (form) => {
  const { text, variables, except } = clientVariables("http://gw:7300", found, form);
  expect(variables).toEqual({
    GOPROXY: "http://gw:7300",
    GOPRIVATE: "",
    GONOPROXY: "none",
    GONOSUMDB: "corp.example/*,*.internal",
  });
  expect(except).toBe("corp.example/*,*.internal");
  expect(text).toContain('#       except: "corp.example/*,*.internal"');
  expect(text).toContain('#       - modules: "corp.example/*,*.internal"');
  expect(text).toContain("GOPRIVATE was corp.example/*,*.internal (environment)");
  for (const name of Object.keys(variables)) expect(text).toContain(name);
});

test("what only passed the proxy by is still looked up, and what no database knows may come from a proxy", () => {
  const both = [
    { name: "GONOPROXY", value: "a.example", from: "environment" },
    { name: "GONOSUMDB", value: "b.example", from: "environment" },
  ];
  const { routes, except, variables } = clientVariables("http://gw:7300", both, "shell");
  expect({ routes, except, GONOSUMDB: variables["GONOSUMDB"] }).toEqual({
    routes: "a.example",
    except: "b.example",
    GONOSUMDB: "b.example",
  });
});

test("without patterns the database is asked for everything", () => {
  const { text } = clientVariables("http://gw:7300", [], "shell");
  expect(text).toContain("export GONOSUMDB='none'\n");
  expect(text).not.toContain("except");
});
