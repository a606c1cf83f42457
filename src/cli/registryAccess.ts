import { homedir } from "node:os";
import type { Settings } from "../config/settings.ts";
import { dockerConfigFolder, type Login, storedLogin } from "../image/registry/login.ts";

export interface RegistryAccess {
  readonly login: (registry: string) => Promise<Login | undefined>;
  readonly insecure: boolean;
}

/** Who we are to a registry: what the settings say, else what `docker login` has stored. */
export function registryAccess({ username, password, insecure }: Settings["registry"]): RegistryAccess {
  const login = (host: string): Promise<Login | undefined> =>
    username !== undefined && password !== undefined
      ? Promise.resolve({ username, password })
      : storedLogin(host, dockerConfigFolder(process.env, homedir()), process.env);
  return { login, insecure };
}
