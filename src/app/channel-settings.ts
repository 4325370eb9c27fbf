import { answersReplies, placeRules } from '../access/rules.ts';
import { modelOf } from '../agent/model-choice.ts';
import type { ApproverPolicy } from '../approvals/approvers.ts';
import type { Config } from '../config/load.ts';
import { cut } from '../lib/cut.ts';
import type { Channel } from '../session/address.ts';
import type { KnownRules } from '../session/channel-rules.ts';
import type { Holds } from '../thread/words/hello.ts';
import type { Parts } from './parts.ts';

/**
 * Who approves where: as people have set it for a channel, else as the config says for it, else as it says
 * for all.
 */
export const approversOf =
  ({ access, approvals }: Config): ApproverPolicy['approversOf'] =>
  (place, rules) =>
    rules.approvers ?? placeRules(access, place).approvers ?? approvals.approvers;

/** What holds in a channel, as markdown for people. `person` writes somebody's name where an id stands. */
export function channelSettings(
  { config }: Pick<Parts, 'config'>,
  { platform, workspace, channel }: Channel,
  { rules, changed }: KnownRules,
  person: (id: string) => string,
): string {
  const { access, approvals, budgets, prompts, model } = config;
  const where = { workspace, channel };
  const own = placeRules(access, where);
  const base = modelOf(
    {
      settings: { yolo: { kind: 'off' } },
      rules,
      address: { platform, workspace, channel, thread: '' },
      requester: { id: '', name: '' },
    },
    model,
  );
  const people = (ids: readonly string[]) => ids.map(person).join(', ');
  const users = rules.users ?? own.users;
  const limits = limitsIn(config, workspace, rules);
  const instructions = rules.instructions ?? prompts.channels[channel];
  const rows: readonly (readonly [string, string])[] = [
    ['Model', base],
    ['Effort', rules.effort ?? model.effort ?? 'the model’s own'],
    ['Who may use me', users ? people(users) : 'members of this workspace'],
    ['Who approves', people(rules.approvers ?? own.approvers ?? approvals.approvers)],
    [
      'Replies in my threads',
      answersReplies(access, where, rules) ? 'all are for me' : 'only mentions are for me',
    ],
    ['Threads show', rules.verbosity === 'quiet' ? 'plan, approvals, jobs and answers' : 'every step'],
    ['Budgets', limits.join(', ') || 'none'],
    ['Asks whether to go on', budgets.warn_usd > 0 ? `at $${budgets.warn_usd} and each doubling` : 'never'],
    ['Instructions', instructions ? cut(instructions, 200) : 'none'],
  ];
  return [
    '| | |',
    '| --- | --- |',
    ...rows.map(([name, value]) => `| ${name} | ${value.replaceAll('|', '\\|').replace(/\n+/g, ' ')} |`),
    ...(changed ? ['', `Changed by ${changed.by.name}, ${changed.at.toISOString().slice(0, 16)} UTC.`] : []),
  ].join('\n');
}

/** Every budget that holds in a channel, as "$20 for a session". */
const limitsIn = ({ budgets }: Config, workspace: string, { dayUsd }: KnownRules['rules']): string[] =>
  [
    ['a session', budgets.session_usd],
    ['a person’s day', budgets.person_day_usd],
    ['the channel’s day', dayUsd ?? budgets.channel_day_usd],
    ['the day of all here', budgets.workspaces?.[workspace]?.day_usd],
    ['everybody’s day', budgets.day_usd],
  ].flatMap(([name, usd]) => (usd === undefined ? [] : [`$${usd} for ${name}`]));

/** What the bot says of a channel when it is invited there. */
export function holdsIn({ config }: Pick<Parts, 'config'>, place: Channel, { rules }: KnownRules): Holds {
  const { warn_usd: asksAt } = config.budgets;
  return {
    approvers: approversOf(config)(place, rules),
    budgets: limitsIn(config, place.workspace, rules),
    asksAtUsd: asksAt > 0 ? asksAt : undefined,
  };
}
