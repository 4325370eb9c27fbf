import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { ThreadAddress } from '../../src/session/address.ts';
import { cut } from '../../src/thread/words.ts';
import type { Gate } from './gate.ts';
import { modal, textInput } from './modals.ts';
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

const askModal = (pointed: z.infer<typeof Pointed>): ModalView =>
  modal(SHORTCUT, JSON.stringify(pointed), { title: 'Ask ML Intern', submit: 'Ask' }, [
    textInput('What about this message?', 'I answer in its thread, where everybody can see it.'),
  ]);
