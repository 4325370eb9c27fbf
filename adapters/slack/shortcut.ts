import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { ThreadAddress } from '../../src/session/address.ts';
import { cut } from '../../src/thread/words.ts';
import type { Gate } from './gate.ts';
import { SLACK_LIMITS } from './limits.ts';
import { INPUT } from './modals.ts';
import { MessageShortcut } from './payloads.ts';
import type { People } from './people.ts';
import { readable } from './text.ts';
import type { In } from './workspaces.ts';

/** The message shortcut of the manifest, and the dialog that it opens. */
export const SHORTCUT = 'ask_about_message';

/** The message that was pointed at, as it travels with the dialog. */
export const Pointed = z.object({ address: ThreadAddress, quote: z.string() });

const QUOTE_CHARACTERS = 2_000;

export type ShortcutDeps = {
  teamId: string;
  client: WebClient;
  people: People;
  gate: Gate;
  botUserId: string;
};

/** "Ask ML Intern about this": asks what about it, and goes on in the message's thread. */
export function listenToShortcut(app: App, depsIn: In<ShortcutDeps>): void {
  app.shortcut({ type: 'message_action', callback_id: SHORTCUT }, async ({ ack, shortcut, context }) => {
    await ack();
    const { teamId, client, people, gate, botUserId } = await depsIn(context.teamId);
    const { trigger_id, user, channel, message } = MessageShortcut.parse(shortcut);
    const thread = message.thread_ts ?? message.ts;
    const refusal = await gate.refusal(channel.id, user.id);
    if (refusal !== undefined) return gate.tell(channel.id, user.id, refusal);
    const said = await readable(message.text, botUserId, { person: people.name });
    const who = message.user ? await people.name(message.user) : 'an app';
    const quote = cut(`[${who}] ${said}`, QUOTE_CHARACTERS).replace(/^/gm, '> ').slice(0, QUOTE_CHARACTERS);
    const address = { platform: 'slack' as const, workspace: teamId, channel: channel.id, thread };
    await client.views.open({ trigger_id, view: askModal({ address, quote }) });
  });
}

function askModal(pointed: z.infer<typeof Pointed>): ModalView {
  return {
    type: 'modal',
    callback_id: SHORTCUT,
    private_metadata: JSON.stringify(pointed),
    title: { type: 'plain_text', text: 'Ask ML Intern' },
    submit: { type: 'plain_text', text: 'Ask' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [
      {
        type: 'input',
        block_id: INPUT.block,
        optional: true,
        label: { type: 'plain_text', text: 'What about this message?' },
        hint: { type: 'plain_text', text: 'I answer in its thread, where everybody can see it.' },
        element: {
          type: 'plain_text_input',
          action_id: INPUT.action,
          multiline: true,
          max_length: SLACK_LIMITS.inputText,
        },
      },
    ],
  };
}
