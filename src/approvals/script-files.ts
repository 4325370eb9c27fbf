import { messageOf } from '../lib/errors.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import type { OfferedFile } from '../session/store/incoming.ts';
import { LARGE_SCRIPT, NO_SCRIPT } from '../thread/words/approvals.ts';
import type { Decisions } from './decisions.ts';
import type { OpenCall } from './open-calls.ts';

/*
 * Scripts that are too long for a dialog go as files: one is posted, and whoever posts it changed changes the
 * call.
 */

/** Larger files are no scripts; `LARGE_SCRIPT` says so. */
const SCRIPT_BYTES = 200_000;

const EXTENSIONS: Readonly<Record<string, string>> = { python: 'py', sh: 'sh' };

/** The name by which a script that was posted is known again when somebody posts it changed. */
export const scriptName = ({ toolCallId, editable }: OpenCall): string =>
  `script-${toolCallId}.${EXTENSIONS[editable?.language ?? ''] ?? 'txt'}`;

/**
 * The open call whose script a file is meant to replace; undefined where it is no script or not clear whose.
 */
function callFor(name: string, open: readonly OpenCall[]): OpenCall | undefined {
  const editable = open.filter((call) => call.editable !== undefined);
  const named = editable.find((call) => name.includes(call.toolCallId));
  if (named !== undefined) return named;
  const fitting = editable.filter((call) => name.endsWith(`.${EXTENSIONS[call.editable?.language ?? '']}`));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/**
 * Takes a file that is meant as the changed script of an open call; a problem says, to who posted it, why
 * not.
 */
export async function replaceScript(
  decisions: Pick<Decisions, 'openIn' | 'edit'>,
  { name, download }: Pick<OfferedFile, 'name' | 'download'>,
  address: ThreadAddress,
  by: Person,
): Promise<{ isMeant: boolean; problem: string | undefined }> {
  const call = callFor(name, await decisions.openIn(address));
  if (call?.editable === undefined) return { isMeant: false, problem: undefined };
  return { isMeant: true, problem: await replaceScriptOf(decisions, call, { name, download }, by) };
}

/** Takes a file as the script of one call; returns, for who gave it, why it could not be. */
export async function replaceScriptOf(
  decisions: Pick<Decisions, 'edit'>,
  { toolCallId, editable }: OpenCall,
  { download }: Pick<OfferedFile, 'name' | 'download'>,
  by: Person,
): Promise<string | undefined> {
  if (editable === undefined) return NO_SCRIPT;
  const text = await download(SCRIPT_BYTES, LARGE_SCRIPT)
    .then((bytes) => ({ ok: true as const, value: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }))
    .catch((error: unknown) => ({ ok: false as const, reason: messageOf(error) }));
  if (!text.ok) return text.reason;
  const result = await decisions.edit({ toolCallId, changes: { [editable.argument]: text.value }, by });
  return result.ok ? undefined : result.reason;
}
