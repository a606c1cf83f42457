/** The service `event-store` is found by `EVENT_STORE_HOST` and `EVENT_STORE_PORT`. */
export function servicePrefix(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

export function serviceVariables(name: string, host: string, port: number): Record<string, string> {
  const prefix = servicePrefix(name);
  return { [`${prefix}_HOST`]: host, [`${prefix}_PORT`]: String(port) };
}
