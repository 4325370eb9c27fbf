import { modelOf } from './agent/model-choice.ts';
import type { Config } from './config/load.ts';
import { answersReplies } from './session/access.ts';
import type { ThreadAddress } from './session/address.ts';

/** What holds in a channel, as markdown for people: the config is where it is changed. */
export function channelSettings(
  config: Config,
  platform: ThreadAddress['platform'],
  channel: string,
): string {
  const { access, approvals, budgets, prompts, model } = config;
  const own = access.channels[channel];
  const base = modelOf(
    {
      settings: { yolo: { kind: 'off' } },
      address: { platform, workspace: '', channel, thread: '' },
      requester: { id: '', name: '' },
    },
    model,
  );
  const people = (ids: readonly string[]) => ids.join(', ');
  const limits = [
    ['a session', budgets.session_usd],
    ['a person’s day', budgets.person_day_usd],
    ['the channel’s day', budgets.channel_day_usd],
    ['everybody’s day', budgets.day_usd],
  ].flatMap(([name, usd]) => (usd === undefined ? [] : [`$${usd} for ${name}`]));
  const rows: readonly (readonly [string, string])[] = [
    ['Model', base],
    ['Who may use me', own?.users ? people(own.users) : 'members of this workspace'],
    ['Who approves', people(own?.approvers ?? approvals.approvers)],
    [
      'Replies in my threads',
      answersReplies(access, channel) ? 'all are for me' : 'only mentions are for me',
    ],
    ['Budgets', limits.join(', ') || 'none'],
    ['Asks whether to go on', budgets.warn_usd > 0 ? `at $${budgets.warn_usd} and each doubling` : 'never'],
    ['Instructions', prompts.channels[channel] ? 'there are some for this channel' : 'none'],
  ];
  return [
    '| | |',
    '| --- | --- |',
    ...rows.map(([name, value]) => `| ${name} | ${value.replaceAll('|', ' ')} |`),
    '',
    'Whoever runs me changes this in the config.',
  ].join('\n');
}
