// Requests to people, and their answers: rows, so that who asks, who answers and who waits may be three programs, each
// restarted at any time.

import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { Milliseconds } from "../../config/duration.ts";
import { type ApprovalTable, type Database, databasePath, openDatabase } from "../../storage/database.ts";
import { storageError } from "../../storage/storageError.ts";

export interface ApprovalRequest {
  readonly service: string;
  readonly environment: string;
  /** For people: "shop 4f1c2d9 (v1.4.0) to web1, web2". */
  readonly what: string;
  /** Who asks. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** Who asks again with the same key, after a restart, gets the same request, answered or not. */
  readonly key?: string | undefined;
}

export type Answer = "approved" | "denied";

export interface Approval extends ApprovalRequest {
  readonly id: string;
  readonly requested: number;
  readonly answer: Answer | undefined;
  readonly answeredBy: string | undefined;
  readonly answeredAt: number | undefined;
}

/** What became of a request that was waited for. */
export type Outcome =
  | { readonly answer: Answer; readonly by: string; readonly at: number }
  | { readonly answer: "expired" };

/** What became of an answer that somebody gave: the first one counts. */
export type AnswerResult = "accepted" | "unknown" | "answered" | "expired";

/** Opens the database of a data folder for approvals; makes both where there are none. Throws StorageError. */
export async function openApprovals(dataFolder: string): Promise<Database> {
  try {
    await mkdir(dataFolder, { recursive: true });
    return openDatabase(databasePath(dataFolder), { migrateFirst: true });
  } catch (error) {
    throw storageError(`opening the database ${databasePath(dataFolder)}`, error);
  }
}

/** Writes the request down, or finds the one with its key; resolves to its id, short enough to be typed. */
export async function requestApproval(
  database: Database,
  request: ApprovalRequest,
  now: number = Date.now(),
): Promise<string> {
  const { service, environment, what, by, expires, key = null } = request;
  const id = newId();
  const row = {
    id,
    request_key: key,
    service,
    environment,
    what,
    requested_by: by,
    requested_at: now,
    expires_at: expires,
  };
  await database
    .insertInto("approvals")
    .values({ ...row, answer: null, answered_by: null, answered_at: null })
    .onConflict((conflict) => conflict.column("request_key").doNothing())
    .execute();
  if (key === null) return id;
  const stored = await database.selectFrom("approvals").select("id").where("request_key", "=", key).executeTakeFirst();
  return stored?.id ?? id;
}

/** Waits until somebody answers or the request expires. Aborted: rejects with the signal's reason; waiting can be taken up again. */
export async function awaitApproval(
  database: Database,
  id: string,
  signal: AbortSignal,
  clock: { now(): number; sleep(milliseconds: number, signal: AbortSignal): Promise<void> },
): Promise<Outcome> {
  for (;;) {
    signal.throwIfAborted();
    const approval = await findApproval(database, id);
    // A request that is gone can't be answered any more.
    if (approval === undefined) return { answer: "expired" };
    // An answer is good for as long as the question was: last month's yes is none to today's deployment.
    if (approval.expires <= clock.now()) return { answer: "expired" };
    const { answer, answeredBy = "", answeredAt = 0 } = approval;
    if (answer !== undefined) return { answer, by: answeredBy, at: answeredAt };
    await clock.sleep(lookEvery, signal);
  }
}

const lookEvery: Milliseconds = 500;

/** Answers a request, once: a second answer changes nothing, nor does one that comes too late. */
export async function answerApproval(
  database: Database,
  id: string,
  answer: Answer,
  by: string,
  now: number = Date.now(),
): Promise<AnswerResult> {
  // One statement: of two answers at the same moment, one counts.
  const row = await database
    .updateTable("approvals")
    .set({ answer, answered_by: by, answered_at: now })
    .where("id", "=", id)
    .where("answer", "is", null)
    .where("expires_at", ">", now)
    .returning("id")
    .executeTakeFirst();
  if (row !== undefined) return "accepted";
  const found = await findApproval(database, id);
  if (found === undefined) return "unknown";
  return found.answer === undefined ? "expired" : "answered";
}

export async function findApproval(database: Database, id: string): Promise<Approval | undefined> {
  const row = await database.selectFrom("approvals").selectAll().where("id", "=", id).executeTakeFirst();
  return row && approvalOf(row);
}

/** Requests that wait for an answer, the oldest first. */
export async function openRequests(database: Database, now: number = Date.now()): Promise<Approval[]> {
  const rows = await database
    .selectFrom("approvals")
    .selectAll()
    .where("answer", "is", null)
    .where("expires_at", ">", now)
    .orderBy("requested_at")
    .execute();
  return rows.map(approvalOf);
}

function approvalOf(row: ApprovalTable): Approval {
  return {
    id: row.id,
    key: row.request_key ?? undefined,
    service: row.service,
    environment: row.environment,
    what: row.what,
    by: row.requested_by,
    requested: row.requested_at,
    expires: row.expires_at,
    answer: row.answer ?? undefined,
    answeredBy: row.answered_by ?? undefined,
    answeredAt: row.answered_at ?? undefined,
  };
}

/** Letters and digits that are not taken for one another; 40 bits. */
function newId(): string {
  const alphabet = "23456789abcdefghjkmnpqrstuvwxyz";
  return Array.from(randomBytes(8), (byte) => alphabet[byte % alphabet.length]).join("");
}
