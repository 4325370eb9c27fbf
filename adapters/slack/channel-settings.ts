import type { InputBlock, ModalView, PlainTextOption } from '@slack/types';
import type { z } from 'zod';
import { Effort } from '../../src/config/effort.ts';
import { ThreadAddress } from '../../src/session/address.ts';
import { ChannelRules } from '../../src/session/channel-rules.ts';
import { cut } from '../../src/thread/words.ts';
import { SLACK_LIMITS } from './limits.ts';
import type { Submission } from './payloads.ts';

/*
 * The settings of a channel as a dialog. What is left empty is as the config has it.
 */

export const CHANNEL_MODAL = 'channel_settings';

/** The channel that a dialog is about, as it travels with it. */
export const Channel = ThreadAddress.pick({ platform: true, workspace: true, channel: true });
export type Channel = z.infer<typeof Channel>;

const INPUT_ACTION = 'value';

const option = (label: string, value: string): PlainTextOption => ({
  text: { type: 'plain_text', text: cut(label, 75) },
  value,
});

type Element = InputBlock['element'];

export function channelModal(
  channel: Channel,
  rules: ChannelRules,
  { models, hasBudgets }: { models: readonly string[]; hasBudgets: boolean },
): ModalView {
  const offered = [...new Set([...(rules.model ? [rules.model] : []), ...models])];
  return {
    type: 'modal',
    callback_id: CHANNEL_MODAL,
    private_metadata: JSON.stringify(channel),
    title: { type: 'plain_text', text: 'This channel' },
    submit: { type: 'plain_text', text: 'Save' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [
      ...(offered.length > 0
        ? [
            input(
              'model',
              'Model',
              select(
                offered.map((id) => option(id, id)),
                rules.model,
              ),
            ),
          ]
        : []),
      input(
        'effort',
        'How hard it thinks',
        select(
          Effort.options.map((level) => option(level, level)),
          rules.effort,
        ),
      ),
      input(
        'replies',
        'Replies in its threads',
        select([option('All are for it', 'all'), option('Only mentions are', 'mentions')], rules.replies),
      ),
      input(
        'verbosity',
        'Threads show',
        select(
          [option('Every step', 'normal'), option('Plan, approvals, jobs and answers', 'quiet')],
          rules.verbosity,
        ),
      ),
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
    ],
  };
}

function input(block: string, label: string, element: Element, hint?: string): InputBlock {
  return {
    type: 'input',
    block_id: block,
    optional: true,
    label: { type: 'plain_text', text: label },
    ...(hint ? { hint: { type: 'plain_text', text: hint } } : {}),
    element,
  };
}

function select(options: PlainTextOption[], chosen: string | undefined): Element {
  const initial = options.find(({ value }) => value === chosen);
  return {
    type: 'static_select',
    action_id: INPUT_ACTION,
    placeholder: { type: 'plain_text', text: 'As the config says' },
    options: options.filter(({ value }) => (value ?? '').length <= 150).slice(0, SLACK_LIMITS.selectOptions),
    ...(initial ? { initial_option: initial } : {}),
  };
}

/** Words like "requester" can't be chosen here; only people are shown. */
function people(ids: readonly string[] | undefined): Element {
  const chosen = (ids ?? []).filter((id) => /^[UW][A-Z0-9]+$/.test(id));
  return {
    type: 'multi_users_select',
    action_id: INPUT_ACTION,
    ...(chosen.length > 0 ? { initial_users: chosen } : {}),
  };
}

const text = (value: string, isLong = false): Element => ({
  type: 'plain_text_input',
  action_id: INPUT_ACTION,
  ...(isLong ? { multiline: true, max_length: SLACK_LIMITS.inputText } : {}),
  ...(value ? { initial_value: value.slice(0, SLACK_LIMITS.inputText) } : {}),
});

/** What a dialog was sent off with; or what is wrong with it, by the input that it is about. */
export function rulesOf({
  state,
}: Submission['view']): { ok: true; rules: ChannelRules } | { ok: false; errors: Record<string, string> } {
  const of = (block: string) => state.values[block]?.[INPUT_ACTION];
  const picked = (block: string) => of(block)?.selected_option?.value;
  const written = (block: string) => of(block)?.value?.trim() || undefined;
  const chosen = (block: string) => {
    const ids = of(block)?.selected_users ?? [];
    return ids.length > 0 ? ids : undefined;
  };
  const amount = written('day_usd')?.replace(/^\$/, '');
  const dayUsd = amount === undefined ? undefined : Number(amount);
  if (dayUsd !== undefined && !(Number.isFinite(dayUsd) && dayUsd >= 0)) {
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
