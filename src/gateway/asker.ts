/** What a request allows, and the way it came. */
export interface Asker {
  /** Why nothing may be fetched for it; undefined if fetching is fine. */
  readonly noFetch: string | undefined;
  /** Its `Via` header: the gateways that it went through, which a request to a source must name too. */
  readonly via: string | undefined;
}
