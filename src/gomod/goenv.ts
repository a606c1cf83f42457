/**
 * The settings that steer where modules come from, read as the go command reads them: strings in, typed data out. Each
 * setting has its file under goenv/; this one is the address that the rest of the project imports.
 */
export { checkEnvValue, type EnvSources, getenv, parseEnvFile, updateEnvFile } from "./goenv/envFile.ts";
export { joinQuoted, parseGoflags, splitQuoted } from "./goenv/quoted.ts";
export { checkGovcs, type GovcsRule, parseGovcs } from "./goenv/govcs.ts";
export {
  isInsecure,
  type Privacy,
  type PrivacySettings,
  resolvePrivacy,
  skipsProxy,
  usesSumdb,
} from "./goenv/privacy.ts";
export { parseProxyList, type ProxyEntry } from "./goenv/proxyList.ts";
export { parseSumdb, type Sumdb } from "./goenv/sumdb.ts";
export type { Sha256 } from "./sha256.ts";
