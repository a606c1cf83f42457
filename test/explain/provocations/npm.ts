// npm in the stages and jobs beside Go's.
import type { Provocation } from "../provocation.ts";

const quiet = "--no-audit --no-fund --no-update-notifier";
const packageJson = (more: object = {}): string =>
  `${JSON.stringify({ name: "web", version: "1.0.0", ...more }, null, 2)}\n`;
const emptyLock = JSON.stringify({
  name: "web",
  version: "1.0.0",
  lockfileVersion: 3,
  requires: true,
  packages: { "": { name: "web", version: "1.0.0" } },
});

export const npmProvocations: readonly Provocation[] = [
  {
    symptom: "npm/lock-out-of-sync",
    cause: "stale",
    shows: ["package.json"],
    tool: "npm",
    files: {
      "package.json": packageJson({ dependencies: { a: "file:./a" } }),
      "package-lock.json": emptyLock,
      "a/package.json": '{"name":"a","version":"1.0.0"}\n',
    },
    script: `npm ci ${quiet}`,
  },
  {
    symptom: "npm/no-lock-file",
    cause: "absent",
    tool: "npm",
    files: { "package.json": packageJson() },
    script: `npm ci ${quiet}`,
  },
  {
    symptom: "npm/no-lock-file",
    variant: "not-copied",
    cause: "not-copied",
    shows: ["Dockerfile:3"],
    tool: "npm",
    files: {
      "package.json": packageJson(),
      "package-lock.json": emptyLock,
      Dockerfile: "FROM node:24\nWORKDIR /web\nCOPY package.json ./\nRUN npm ci\n",
    },
    lost: ["package-lock.json"],
    script: `npm ci ${quiet}`,
  },
  {
    symptom: "npm/no-package-json",
    cause: "absent",
    tool: "npm",
    files: {},
    script: `npm run build ${quiet}; npm ci ${quiet}`,
  },
  {
    symptom: "npm/missing-script",
    cause: "script",
    shows: ["package.json:4"],
    tool: "npm",
    files: { "package.json": packageJson({ scripts: { build: "tsc" } }) },
    script: `npm run biuld ${quiet}`,
  },
  {
    symptom: "shell/command-not-found",
    variant: "npm",
    cause: "npm-script",
    shows: ["package.json:5"],
    tool: "npm",
    files: { "package.json": packageJson({ scripts: { build: "tscx -p ." }, devDependencies: { tscx: "1.0.0" } }) },
    script: `npm run build ${quiet}`,
  },
  {
    symptom: "npm/not-found",
    cause: "name",
    shows: ["package.json:5"],
    tool: "npm",
    files: { "package.json": packageJson({ dependencies: { "@corp/ui": "^1.0.0" } }) },
    script: `npm install ${quiet} --registry=$STATUS/404/`,
  },
  {
    symptom: "npm/unauthorized",
    cause: "token",
    tool: "npm",
    files: { "package.json": packageJson({ dependencies: { "@corp/ui": "^1.0.0" } }) },
    script: `npm install ${quiet} --registry=$STATUS/401/`,
  },
  {
    symptom: "npm/forbidden",
    cause: "scope",
    tool: "npm",
    files: { "package.json": packageJson({ dependencies: { "@corp/ui": "^1.0.0" } }) },
    script: `npm install ${quiet} --registry=$STATUS/403/`,
  },
  {
    symptom: "npm/no-such-version",
    cause: "version",
    shows: ["package.json:5"],
    tool: "npm",
    files: { "package.json": packageJson({ dependencies: { left: "^9.0.0" } }) },
    script: `npm install ${quiet} --registry=$STATUS/200/`,
  },
  {
    symptom: "npm/peer-conflict",
    cause: "peer",
    tool: "npm",
    files: {
      "package.json": packageJson({ dependencies: { a: "file:./a", left: "2.0.0" } }),
      "a/package.json": '{"name":"a","version":"1.0.0","peerDependencies":{"left":"^1.0.0"}}\n',
    },
    script: `npm install ${quiet} --registry=$STATUS/200/ --install-links --strict-peer-deps`,
  },
  {
    symptom: "npm/node-version",
    cause: "engine",
    tool: "npm",
    files: { "package.json": packageJson({ engines: { node: ">=99" } }), "package-lock.json": emptyLock },
    script: `npm ci ${quiet} --engine-strict`,
  },
  {
    symptom: "npm/json",
    cause: "json",
    tool: "npm",
    files: { "package.json": '{ "name": "web", }\n', "package-lock.json": emptyLock },
    script: `npm ci ${quiet}`,
  },
  {
    symptom: "npm/integrity",
    cause: "changed",
    tool: "npm",
    files: {
      "package.json": packageJson({ dependencies: { a: "file:a-1.0.0.tgz" } }),
      "a/package.json": '{"name":"a","version":"1.0.0"}\n',
    },
    script: `(cd a && npm pack --silent --pack-destination .. >/dev/null) && npm install --silent ${quiet} && sed -i 's/"integrity": "sha512-..../"integrity": "sha512-AAAA/' package-lock.json && rm -rf node_modules && npm cache clean --force --silent && npm ci ${quiet}`,
  },
  {
    symptom: "npm/unreachable",
    cause: "registry",
    tool: "npm",
    files: { "package.json": packageJson({ dependencies: { left: "^1.0.0" } }) },
    script: `npm install ${quiet} --fetch-retries=0 --registry=http://127.0.0.1:9/`,
  },
  {
    symptom: "npm/not-cached",
    cause: "offline",
    tool: "npm",
    files: { "package.json": packageJson({ dependencies: { left: "^1.0.0" } }) },
    script: `npm install ${quiet} --offline --registry=$STATUS/404/`,
  },
  {
    symptom: "npm/permission",
    cause: "rights",
    tool: "npm",
    files: {
      "package.json": packageJson({ dependencies: { a: "file:./a" } }),
      "a/package.json": '{"name":"a","version":"1.0.0"}\n',
    },
    script: `chmod a+rx .. ../..; chmod -R a+rX .; HOME=/tmp/npm-$$ npm_config_cache=/tmp/npm-$$ setpriv --reuid=12345 --regid=12345 --clear-groups npm install ${quiet}; rm -rf /tmp/npm-$$`,
    slow: true,
  },
];
