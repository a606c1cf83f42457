import { defineConfig, type ViteUserConfig } from "vitest/config";
import SlowFirst from "./test/slowFirst.ts";

// Two projects: fast unit tests beside the source, and end-to-end tests with real servers and the real go command.
// A long run (make test-long) generates ten times and more of what an ordinary one does.
const isLong = process.env["FAIRLEAD_LONG"] !== undefined;

const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ["default", "./test/summaryReporter.ts"],
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "scripts/**/*.test.ts"],
          testTimeout: isLong ? 600_000 : 30_000,
          maxWorkers: "100%",
          // Fast tests first. Not 0: Vitest moves such a group behind all others where it has a single worker.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/**/*.test.ts"],
          // GitHub's parser imports JSON without saying so, which a bundler allows and Node does not.
          server: { deps: { inline: [/@actions\/workflow-parser/] } },
          testTimeout: isLong ? 1_800_000 : 180_000,
          // Modules that tests make up are in no checksum database. Tests of that verification set their own; so does the
          // server of the harness, which inherits nothing.
          env: { FAIRLEAD_GATEWAY_VERIFY_DATABASE: "off" },
          hookTimeout: 180_000,
          // Real servers on a shared machine: in CI a failure is tried once more, and the summary names it as flaky.
          retry: process.env["CI"] === undefined ? 0 : 1,
          // Two cores: more files at once only make timeouts likelier.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
export default config;
