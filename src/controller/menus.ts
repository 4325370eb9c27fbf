import { Effort } from '../config/effort.ts';
import { MOST_USD } from '../intake/yolo-command.ts';
import type { ChannelRules } from '../session/channel-rules.ts';
import { CHOICES, MENUS, upTo } from '../thread/words/forms.ts';

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
  choice(CHOICES.catchUp, 'catch me up'),
  choice(CHOICES.branch, 'branch'),
  choice(CHOICES.undo, 'undo'),
  choice(CHOICES.export, 'export'),
];

/** What the dialog behind it offers besides settings, and a longer menu at once. */
export const MORE_COMMANDS: readonly Choice[] = [
  choice(CHOICES.compact, 'compact'),
  choice(CHOICES.fresh, 'new'),
  choice(CHOICES.usage, 'usage'),
  choice(CHOICES.share, 'share'),
];

/** Opens the dialog with the menus below. */
export const SETTINGS = choice(CHOICES.settings, 'settings');

/** Commands that change a session's settings; nothing chosen changes nothing. */
export const sessionMenus = (models: readonly string[]): Menu[] => [
  {
    name: 'model',
    label: MENUS.model,
    choices: [...models.map((id) => choice(id, `model ${id}`)), choice(CHOICES.usual, 'model default')],
    chosen: undefined,
  },
  {
    name: 'effort',
    label: MENUS.effort,
    choices: [
      ...Effort.options.map((level) => choice(level, `effort ${level}`)),
      choice(CHOICES.usual, 'effort default'),
    ],
    chosen: undefined,
  },
  {
    name: 'approvals',
    label: MENUS.approvals,
    choices: [
      choice(CHOICES.ask, 'yolo off'),
      ...[1, 5, 20].map((usd) => choice(upTo(usd), `yolo $${usd}`)),
      choice(CHOICES.noCap, 'yolo on'),
    ],
    chosen: undefined,
  },
];

/** What holds in a channel; nothing chosen is as the config has it. */
export function channelMenus(rules: ChannelRules, models: readonly string[]): Menu[] {
  const offered = [...new Set([...(rules.model ? [rules.model] : []), ...models])];
  const model: Menu = {
    name: 'model',
    label: MENUS.model,
    choices: offered.map((id) => choice(id, id)),
    chosen: rules.model,
  };
  return [
    ...(offered.length > 0 ? [model] : []),
    {
      name: 'effort',
      label: MENUS.effort,
      choices: Effort.options.map((level) => choice(level, level)),
      chosen: rules.effort,
    },
    {
      name: 'replies',
      label: MENUS.replies,
      choices: [choice(CHOICES.allReplies, 'all'), choice(CHOICES.mentions, 'mentions')],
      chosen: rules.replies,
    },
    {
      name: 'verbosity',
      label: MENUS.verbosity,
      choices: [choice(CHOICES.everyStep, 'normal'), choice(CHOICES.quiet, 'quiet')],
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
