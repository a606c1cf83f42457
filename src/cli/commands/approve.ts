import { hostname, userInfo } from "node:os";
import { Command } from "commander";
import { loadSettings } from "../../config/load.ts";
import {
  answerApproval,
  type Approval,
  findApproval,
  openApprovals,
  openRequests,
} from "../../delivery/approve/approvals.ts";
import type { Database } from "../../storage/database.ts";
import { StorageError } from "../../storage/storageError.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { addFormatOptions, printJson } from "../print/format.ts";

interface Options {
  readonly deny?: boolean;
  readonly as?: string;
  readonly data?: string;
  readonly config?: string;
  readonly format: string;
}

const examples = `
Examples:
  fairlead approve                 what waits for an answer
  fairlead approve k7wq2mfx
  fairlead approve k7wq2mfx --deny
  fairlead approve k7wq2mfx --as "Ann Example"

The deployment that waits, here or on another machine with the same data folder, goes on at
once. docs/verify.md has the rest, links in messages among it.

Exit status: 0 answered, or listed; 1 the request was answered before, or has expired;
2 there is no such request, or wrong usage; 3 the data folder can't be used.`;

export function command(): Command {
  const approve = new Command("fairlead approve")
    .description("Answer a deployment that waits for a person; without an id, list those that do.")
    .argument("[id]", "the request's id, as the waiting command and the message show it")
    .option("--deny", "say no: the deployment ends without a change")
    .option("--as <name>", "who answers (default: the user of this machine)")
    .option("--data <folder>", "the data folder (default ~/.local/share/fairlead)")
    .option("--config <file>", "the configuration file (else FAIRLEAD_CONFIG, else ./fairlead.yaml)");
  return addFormatOptions(approve).addHelpText("after", examples).action(run);
}

async function run(id: string | undefined, options: Options): Promise<void> {
  if (id === undefined && (options.deny === true || options.as !== undefined))
    throw new CommandError("which request? fairlead approve lists them");
  try {
    const { settings } = loadSettings({
      file: options.config,
      env: process.env,
      flags: { data: options.data },
      cwd: process.cwd(),
      needs: ["gateway"],
    });
    const database = await openApprovals(settings.gateway.data);
    try {
      if (id === undefined) await list(database, options.format);
      else await answer(database, id, options);
    } finally {
      await database.destroy();
    }
  } catch (error) {
    if (error instanceof StorageError) throw new CommandError(error.message, exitCode.outside, { cause: error });
    throw error;
  }
}

async function list(database: Database, format: string): Promise<void> {
  const requests = await openRequests(database);
  if (format === "json") printJson({ requests: requests.map(toJson) });
  else if (requests.length === 0) console.log("Nothing waits for an answer.");
  else for (const request of requests) console.log(`${describe(request)}, until ${time(request.expires)}`);
}

async function answer(database: Database, id: string, { deny, as, format }: Options): Promise<void> {
  const said = deny === true ? "denied" : "approved";
  const result = await answerApproval(database, id, said, as ?? currentUser());
  const request = await findApproval(database, id);
  if (result === "unknown" || request === undefined)
    throw new CommandError(
      `there is no request ${JSON.stringify(id)} in this data folder; fairlead approve lists them`,
    );
  if (result === "expired")
    throw new CommandError(`request ${id} has expired (${time(request.expires)})`, exitCode.findings);
  if (result === "answered")
    throw new CommandError(
      `request ${id} was ${request.answer} before, by ${request.answeredBy}, ${time(request.answeredAt ?? 0)}`,
      exitCode.findings,
    );
  if (format === "json") printJson(toJson(request));
  else console.log(`${said}: ${describe(request)}`);
}

function describe({ id, service, environment, what, by }: Approval): string {
  const name = what.startsWith(service) ? what : `${service}: ${what}`;
  return `${id}  ${environment}: ${name}, asked by ${by}`;
}

function toJson({ id, service, environment, what, by, requested, expires, answer, ...rest }: Approval): object {
  const iso = (at: number | undefined): string | undefined =>
    at === undefined ? undefined : new Date(at).toISOString();
  const asked = { id, service, environment, what, by, requested: iso(requested), expires: iso(expires) };
  return { ...asked, answer, answeredBy: rest.answeredBy, answeredAt: iso(rest.answeredAt) };
}

function currentUser(): string {
  return `${userInfo().username}@${hostname()}`;
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
