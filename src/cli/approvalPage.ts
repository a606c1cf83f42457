// The page that answers approval links, as the gateway's workers load it: `fairlead up` names this module to them.

import * as z from "zod";
import { approvalPage } from "../delivery/approve/page.ts";
import { approvalPrefix } from "../delivery/approve/link.ts";
import { CommandError } from "./exitCode.ts";
import type { CreatePage, PageModule } from "../gateway/pages.ts";

const settingsSchema = z.object({ key: z.string() });

export const createPage: CreatePage = (settings, database) => {
  const { key } = settingsSchema.parse(settings);
  return (request) => approvalPage(database, key, request, Date.now());
};

/** What the gateway is told; nothing without a key, as no link could be believed. Throws CommandError. */
export function approvalPages(key: string | undefined): PageModule[] {
  if (key !== undefined && key.length < 16)
    throw new CommandError("approval.key is shorter than 16 characters: whoever guesses it could approve anything");
  return key === undefined ? [] : [{ prefix: approvalPrefix, module: import.meta.url, settings: { key } }];
}
