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
  expect(text).toContain("GOPRIVATE was corp.example/*,*.internal (environment)");
  for (const name of Object.keys(variables)) expect(text).toContain(name);
});

test("without patterns the database is asked for everything", () => {
  const { text } = clientVariables("http://gw:7300", [], "shell");
  expect(text).toContain("export GONOSUMDB='none'\n");
  expect(text).not.toContain("except");
});
