// A job that asks for approval: the request is a row that `fairlead approve` and the link answer, found again after a restart.

import { hostname, userInfo } from "node:os";
import { basename } from "node:path";
import type { Settings } from "../config/settings.ts";
import { awaitApproval, openApprovals, type Outcome, requestApproval } from "../delivery/approve/approvals.ts";
import { approvalLink } from "../delivery/approve/link.ts";
import { notify } from "../delivery/notify/notify.ts";
import { systemClock } from "../delivery/verify/verify.ts";
import type { Approve } from "../delivery/pipeline/runJob.ts";

export function approver(settings: Settings, project: string): Approve {
  return async ({ job, run, revision, say, signal }) => {
    const { key, url, within } = settings.approval;
    const begin = Date.now();
    const expires = begin + within;
    const service = settings.service.name ?? basename(project);
    const about = {
      service,
      environment: job.environment ?? job.name,
      what: `${service} ${revision?.slice(0, 12) ?? "(no commit)"}, job ${job.name}`,
      by: `${userInfo().username}@${hostname()}`,
    };
    await using database = await openApprovals(settings.gateway.data);
    const own = `pipeline/${run}/${job.name}`;
    let outcome: Outcome = { answer: "expired" };
    for (const question of [own, `${own}/${begin}`]) {
      const id = await requestApproval(database, { ...about, expires, key: question });
      const link = key === undefined || url === undefined ? undefined : approvalLink(url, key, { id, expires });
      say(`waits for a person: fairlead approve ${id}${link === undefined ? "" : `, or ${link}`}`);
      const event = { ...about, kind: "approval" as const, at: begin, approval: { id, link, expires } };
      await notify(settings.notify, event, { secrets: key === undefined ? [] : [key] });
      outcome = await awaitApproval(database, id, signal, systemClock);
      if (outcome.answer === "approved") return undefined;
      // A no to an earlier run of this job was the answer to an earlier question.
      const isOld = outcome.answer === "expired" ? Date.now() < expires : outcome.at < begin;
      if (!isOld) break;
    }
    return outcome.answer === "denied" ? `denied by ${outcome.by}` : "nobody approved it in time";
  };
}
