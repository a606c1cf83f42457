import { createHash } from "node:crypto";
import type { ApprovalSettings } from "../config/messageSettings.ts";
import { approvalLink } from "../delivery/approve/link.ts";
import {
  type Approval,
  awaitApproval,
  findApproval,
  openApprovals,
  requestApproval,
} from "../delivery/approve/approvals.ts";
import type { DeployPlan } from "../delivery/deploy/plan.ts";
import { notify } from "../delivery/notify/notify.ts";
import { systemClock } from "../delivery/verify/verify.ts";
import { StorageError } from "../storage/storageError.ts";
import type { EnvironmentContext } from "./environmentContext.ts";
import { CommandError, exitCode } from "./exitCode.ts";
import { whatOf } from "./print/outcome.ts";

/**
 * Waits until somebody approves the plan. Who was interrupted and asks again for the same (the same image and settings, from
 * the same releases) gets the answer that came in the meantime.
 *
 * @throws CommandError when it is denied, or nobody answers in time
 */
export async function approvedPlan(context: EnvironmentContext, plan: DeployPlan, signal: AbortSignal): Promise<void> {
  const { settings, by, service, name, secrets } = context;
  const begin = Date.now();
  const { digest, settingsHash } = plan.spec;
  const essence = [
    service,
    name,
    plan.kind,
    digest,
    settingsHash,
    ...plan.hosts.map((host) => [host.name, host.serving]),
  ];
  const key = createHash("sha256").update(JSON.stringify(essence)).digest("hex");
  const hosts = plan.hosts.map((host) => host.name).join(", ");
  const what = whatOf(plan);
  try {
    await using database = await openApprovals(settings.gateway.data);
    for (let turn = 0; ; turn++) {
      const request = { service, environment: name, what: `${what} to ${hosts}`, by, key: `${key}/${turn}` };
      const id = await requestApproval(database, { ...request, expires: begin + settings.approval.within });
      const asked = await findApproval(database, id);
      if (asked === undefined)
        throw new CommandError(`the request ${id} is gone from the data folder`, exitCode.outside);
      // A no of an earlier day, or no answer then, was the answer to an earlier question: ask again.
      const isOver = asked.answer === "denied" || (asked.answer === undefined && asked.expires <= begin);
      if (isOver) continue;
      const link = linkTo(settings.approval, asked);
      process.stderr.write(`waiting for approval: fairlead approve ${id}${link === undefined ? "" : `, or ${link}`}\n`);
      if (asked.requested >= begin) {
        const event = { kind: "approval" as const, service, environment: name, what, by, at: begin };
        await notify(settings.notify, { ...event, approval: { id, link, expires: asked.expires } }, { secrets });
      }
      const outcome = await awaitApproval(database, id, signal, systemClock);
      if (outcome.answer === "approved") {
        process.stderr.write(`approved by ${outcome.by}\n`);
        return;
      }
      const why = outcome.answer === "denied" ? `was denied by ${outcome.by}` : "was not approved in time";
      throw new CommandError(`${what} ${why}; nothing was changed`, exitCode.findings);
    }
  } catch (error) {
    if (error instanceof StorageError) throw new CommandError(error.message, exitCode.outside, { cause: error });
    if (signal.aborted) {
      throw new CommandError(
        "stopped while waiting for approval; nothing was changed. The same command waits on",
        exitCode.findings,
      );
    }
    throw error;
  }
}

function linkTo({ key, url }: ApprovalSettings, asked: Approval): string | undefined {
  return key === undefined || url === undefined ? undefined : approvalLink(url, key, asked);
}
