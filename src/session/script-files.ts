import type { OpenCall } from './decisions.ts';

/*
 * Scripts that are too long for a dialog go as files: one is posted, and whoever posts it changed changes the call.
 */

/** Larger files are no scripts. */
export const SCRIPT_BYTES = 200_000;

export const WHOLE_SCRIPT =
  'This is the whole script. To change it, post the changed file here: it takes the place of this one, and you approve on the card afterwards.';

const EXTENSIONS: Readonly<Record<string, string>> = { python: 'py', sh: 'sh' };

/** The name by which a script that was posted is known again when somebody posts it changed. */
export const scriptName = ({ toolCallId, editable }: OpenCall): string =>
  `script-${toolCallId}.${EXTENSIONS[editable?.language ?? ''] ?? 'txt'}`;

/** The open call whose script a file is meant to replace; undefined where it is no script or not clear whose. */
export function callFor(name: string, open: readonly OpenCall[]): OpenCall | undefined {
  const editable = open.filter((call) => call.editable !== undefined);
  const named = editable.find((call) => name.includes(call.toolCallId));
  if (named !== undefined) return named;
  const fitting = editable.filter((call) => name.endsWith(`.${EXTENSIONS[call.editable?.language ?? '']}`));
  return fitting.length === 1 ? fitting[0] : undefined;
}
