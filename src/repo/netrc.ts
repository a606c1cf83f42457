/** A login of a .netrc file. */
export interface NetrcLogin {
  readonly machine: string;
  readonly login: string;
  readonly password: string;
}

/**
 * Reads a .netrc file as the go command does (cmd/go/internal/auth/netrc.go): a login counts once it has all three of
 * machine, login and password, in pairs of words on whatever lines; macros are passed over, and `default` ends the reading.
 */
export function parseNetrc(text: string): readonly NetrcLogin[] {
  const logins: NetrcLogin[] = [];
  let login: Partial<Record<string, string>> = {};
  let inMacro = false;
  for (const line of text.split("\n")) {
    if (inMacro) {
      inMacro = line !== "";
      continue;
    }
    const words = line.split(/\s+/).filter((word) => word !== "");
    for (let i = 0; i + 1 < words.length; i += 2) {
      const [key = "", value = ""] = words.slice(i, i + 2);
      if (key === "machine") login = {};
      if (key === "macdef") inMacro = true;
      if (["machine", "login", "password"].includes(key)) login = { ...login, [key]: value };
      const { machine, login: name, password } = login;
      if (machine === undefined || name === undefined || password === undefined) continue;
      logins.push({ machine, login: name, password });
      login = {};
    }
    if (words.length % 2 === 1 && words.at(-1) === "default") break;
  }
  return logins;
}
