import type { InputBlock, ModalView } from '@slack/types';
import type { Channel } from '../../src/session/address.ts';
import { ChannelRules } from '../../src/session/channel-rules.ts';
import { channelMenus, type Menu, usdIn } from '../../src/thread/menus.ts';
import { SLACK_LIMITS } from './limits.ts';
import { INPUT, input, modal, option, select } from './modals.ts';
import type { Submission } from './payloads.ts';

/*
 * The settings of a channel as a dialog. What is left empty is as the config has it.
 */

export const CHANNEL_MODAL = 'channel_settings';

type Element = InputBlock['element'];

export function channelModal(
  channel: Channel,
  rules: ChannelRules,
  { models, hasBudgets }: { models: readonly string[]; hasBudgets: boolean },
): ModalView {
  return modal(CHANNEL_MODAL, JSON.stringify(channel), { title: 'This channel', submit: 'Save' }, [
    ...channelMenus(rules, models).map((menu) => input(menu.name, menu.label, selectOf(menu))),
    input('users', 'The only people who may use it', people(rules.users)),
    input('approvers', 'Who approves', people(rules.approvers), 'Without a choice: as the config says.'),
    ...(hasBudgets
      ? [
          input(
            'day_usd',
            'Budget of a day, in USD',
            text(rules.dayUsd === undefined ? '' : String(rules.dayUsd)),
          ),
        ]
      : []),
    input(
      'instructions',
      'Instructions for the agent',
      text(rules.instructions ?? '', true),
      'What always holds here: where models are pushed, what a run may cost, how to report.',
    ),
  ]);
}

function selectOf({ choices, chosen }: Menu): Element {
  const initial = choices.find(({ value }) => value === chosen);
  return {
    ...select(choices),
    placeholder: { type: 'plain_text', text: 'As the config says' },
    ...(initial ? { initial_option: option(initial) } : {}),
  };
}

/** Words like "requester" can't be chosen here; only people are shown. */
function people(ids: readonly string[] | undefined): Element {
  const chosen = (ids ?? []).filter((id) => /^[UW][A-Z0-9]+$/.test(id));
  return {
    type: 'multi_users_select',
    action_id: INPUT.action,
    ...(chosen.length > 0 ? { initial_users: chosen } : {}),
  };
}

const text = (value: string, isLong = false): Element => ({
  type: 'plain_text_input',
  action_id: INPUT.action,
  ...(isLong ? { multiline: true, max_length: SLACK_LIMITS.inputText } : {}),
  ...(value ? { initial_value: value.slice(0, SLACK_LIMITS.inputText) } : {}),
});

/** What a dialog was sent off with; or what is wrong with it, by the input that it is about. */
export function rulesOf({
  state,
}: Submission['view']): { ok: true; rules: ChannelRules } | { ok: false; errors: Record<string, string> } {
  const of = (block: string) => state.values[block]?.[INPUT.action];
  const picked = (block: string) => of(block)?.selected_option?.value;
  const written = (block: string) => of(block)?.value?.trim() || undefined;
  const chosen = (block: string) => {
    const ids = of(block)?.selected_users ?? [];
    return ids.length > 0 ? ids : undefined;
  };
  const dayUsd = usdIn(written('day_usd'));
  if (Number.isNaN(dayUsd)) {
    return { ok: false, errors: { day_usd: 'Write an amount like 20 or 7.50, or leave this empty.' } };
  }
  const given = {
    model: picked('model'),
    effort: picked('effort'),
    replies: picked('replies'),
    verbosity: picked('verbosity'),
    users: chosen('users'),
    approvers: chosen('approvers'),
    dayUsd,
    instructions: written('instructions'),
  };
  return { ok: true, rules: ChannelRules.parse(given) };
}
