import { Effort } from '../config/effort.ts';
import { MOST_USD } from '../intake/yolo-command.ts';
import type { ChannelRules } from '../session/channel-rules.ts';

/*
 * What menus offer. What is chosen of a session's is a command that may be written as well, so it goes the
 * same way and is checked in the same place.
 */

export type Choice = { label: string; value: string };

/** One of these may be chosen, or nothing. */
export type Menu = { name: string; label: string; choices: Choice[]; chosen: string | undefined };

const choice = (label: string, value: string): Choice => ({ label, value });

/** What a session's menu offers first. */
export const SESSION_COMMANDS: readonly Choice[] = [
  choice('Catch me up, for my eyes only', 'catch me up'),
  choice('Go on from here in a new thread', 'branch'),
  choice('Undo the last request', 'undo'),
  choice('Transcript as a file', 'export'),
];

/** What the dialog behind it offers besides settings, and a longer menu at once. */
export const MORE_COMMANDS: readonly Choice[] = [
  choice('Make the conversation shorter', 'compact'),
  choice('Begin with a fresh context', 'new'),
  choice('Tokens and cost', 'usage'),
  choice('Share the trace on the Hub', 'share'),
];

/** Opens the dialog with the menus below. */
export const SETTINGS = choice('Model, effort, approvals …', 'settings');

/** Commands that change a session's settings; nothing chosen changes nothing. */
export const sessionMenus = (models: readonly string[]): Menu[] => [
  {
    name: 'model',
    label: 'Model',
    choices: [...models.map((id) => choice(id, `model ${id}`)), choice('The default', 'model default')],
    chosen: undefined,
  },
  {
    name: 'effort',
    label: 'How hard it thinks',
    choices: [
      ...Effort.options.map((level) => choice(level, `effort ${level}`)),
      choice('The default', 'effort default'),
    ],
    chosen: undefined,
  },
  {
    name: 'approvals',
    label: 'Jobs without asking',
    choices: [
      choice('Always ask', 'yolo off'),
      ...[1, 5, 20].map((usd) => choice(`Up to $${usd}`, `yolo $${usd}`)),
      choice('Without a cap', 'yolo on'),
    ],
    chosen: undefined,
  },
];

/** What holds in a channel; nothing chosen is as the config has it. */
export function channelMenus(rules: ChannelRules, models: readonly string[]): Menu[] {
  const offered = [...new Set([...(rules.model ? [rules.model] : []), ...models])];
  const model: Menu = {
    name: 'model',
    label: 'Model',
    choices: offered.map((id) => choice(id, id)),
    chosen: rules.model,
  };
  return [
    ...(offered.length > 0 ? [model] : []),
    {
      name: 'effort',
      label: 'How hard it thinks',
      choices: Effort.options.map((level) => choice(level, level)),
      chosen: rules.effort,
    },
    {
      name: 'replies',
      label: 'Replies in its threads',
      choices: [choice('All are for it', 'all'), choice('Only mentions are', 'mentions')],
      chosen: rules.replies,
    },
    {
      name: 'verbosity',
      label: 'Threads show',
      choices: [choice('Every step', 'normal'), choice('Plan, approvals, jobs and answers', 'quiet')],
      chosen: rules.verbosity,
    },
  ];
}

/**
 * The amount that somebody wrote, in USD, where they wrote one; NaN where it is none, or more than anybody
 * means.
 */
export function usdIn(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const usd = Number(written.replace(/^\$/, ''));
  return usd >= 0 && usd <= MOST_USD ? usd : Number.NaN;
}
