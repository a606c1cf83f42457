import { expect, test } from "vitest";
import { makeProject, readMadeProject } from "../../../test/harness/madeProject.ts";
import { loadSettings, type LoadedSettings } from "../../config/load.ts";
import { dockerfileRecipe } from "../dockerfile/recipe.ts";
import { dockerfileChoices } from "./choices.ts";
import { renderSettingsFile, type SettingsFileChoices } from "./settingsFile.ts";

const goMod = "module example.com/team/Shop_API/v2\n\ngo 1.24\n";
const server = (path: string): string =>
  `package main\n\nfunc main() { http.HandleFunc("${path}", nil); http.ListenAndServe(":8081", nil) }\n`;

/** The file as Fairlead itself reads it. */
async function load(
  files: Readonly<Record<string, string>>,
  choices: Partial<SettingsFileChoices> = {},
): Promise<LoadedSettings> {
  const project = await readMadeProject(files);
  const recipe = dockerfileRecipe(project, dockerfileChoices(project, {}, undefined, undefined));
  const text = renderSettingsFile(recipe, { hosts: {}, image: undefined, ...choices });
  await using folder = await makeProject({ "fairlead.yaml": text });
  return loadSettings({ env: { NETRC: "" }, flags: {}, cwd: folder.path });
}

test("a server with a health check", async () => {
  const { settings, warnings } = await load({ "go.mod": goMod, "cmd/api/main.go": server("/readyz") });
  expect(warnings).toEqual([]);
  expect(settings.service).toEqual({ name: "shop-api", main: "./cmd/api", port: 8081 });
  expect(Object.keys(settings.environments)).toEqual(["staging", "production"]);
  expect(settings.environments["production"]).toMatchObject({
    hosts: [],
    strategy: "switch",
    approval: true,
    health: { http: "/readyz", tcp: false },
    verification: { maxErrorRate: 0.05, interval: 30_000, samples: 10, failureLimit: 2 },
    settings: { ENVIRONMENT: "production", LOG_LEVEL: "info" },
  });
  expect(settings.environments["staging"]).toMatchObject({ approval: false });
});

test("a server without one, hosts and an image that were asked for, another environment", async () => {
  const { settings } = await load(
    { "go.mod": goMod, "main.go": server("/") },
    {
      hosts: { staging: ["deploy@s1.example:2222", "[2001:db8::1]"], demo: ["d1"] },
      image: "registry.example:5000/team/shop",
    },
  );
  expect(settings.service).toMatchObject({ main: ".", image: "registry.example:5000/team/shop" });
  expect(settings.environments["staging"]).toMatchObject({
    hosts: [{ address: "s1.example", user: "deploy", port: 2222 }, { address: "2001:db8::1" }],
    health: { tcp: true },
    verification: { probe: "/" },
  });
  expect(settings.environments["demo"]?.hosts).toMatchObject([{ address: "d1" }]);
});

test("a worker that serves nothing, with private modules", async () => {
  const { settings } = await load({
    "go.mod": `${goMod}\nrequire git.corp.example/lib v1.0.0\n`,
    "cmd/worker/main.go": "package main\n\nfunc main() {}\n",
  });
  expect(settings.service).toEqual({ name: "shop-api", main: "./cmd/worker" });
  expect(settings.build.secrets).toEqual({ netrc: { env: "NETRC" } });
  expect(settings.environments["staging"]).toMatchObject({
    strategy: "recreate",
    health: { command: ["/usr/local/bin/worker", "--version"] },
    verification: { source: "none" },
  });
});
