import type { Seen } from '../../src/session/decisions.ts';

/** What the buttons and dialogs are called in the payloads that come back. */
export const ACTIONS = {
  approve: 'approve',
  reject: 'reject',
  edit: 'edit',
  choose: 'choose',
  cancel: 'cancel_job',
  log: 'job_log',
  curve: 'job_curve',
  rerun: 'rerun_job',
  stop: 'stop',
  retry: 'retry',
  menu: 'session_menu',
  feedback: 'feedback',
  settings: 'channel_settings',
} as const;

/** A button's value that names calls at the revision which its card shows. */
export const seenValue = (calls: readonly Seen[]): string =>
  calls.map(({ toolCallId, revision }) => `${toolCallId}:${revision}`).join(' ');

export function seenOf(value: string): Seen[] {
  return value.split(' ').flatMap((part) => {
    const [, toolCallId, revision] = /^(.+):(\d+)$/.exec(part) ?? [];
    return toolCallId === undefined ? [] : [{ toolCallId, revision: Number(revision) }];
  });
}

/** The block that a menu stands in names its call: a menu's value is what was picked. */
export const callBlock = (toolCallId: string): string => `call:${toolCallId}`;

export const callOfBlock = (blockId: string): string | undefined => /^call:(.+)$/.exec(blockId)?.[1];
