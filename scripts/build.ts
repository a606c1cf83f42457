// Builds what is published: dist/ from src/, JavaScript and types. Sources run without it.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
chmodSync("dist/cli/start.js", 0o755);
