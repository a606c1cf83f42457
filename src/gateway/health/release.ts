import type { Database } from "../../storage/database.ts";

/**
 * Lets a source be asked again at once, whether it was left alone for lying or for not answering: an operator knows that it is
 * well. Resolves to whether it was left alone. Running gateways notice within a second.
 */
export async function releaseSource(database: Database, source: string): Promise<boolean> {
  const lied = await database.deleteFrom("isolated").where("source", "=", source).returning("source").execute();
  const silent = await database
    .updateTable("upstream_health")
    .set({ failed_in_row: 0, open_until: 0, probe_until: 0 })
    .where("source", "=", source)
    .where("failed_in_row", ">", 0)
    .returning("source")
    .execute();
  return lied.length + silent.length > 0;
}
