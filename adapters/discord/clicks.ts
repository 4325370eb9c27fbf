import {
  type ButtonInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  type StringSelectMenuInteraction,
} from 'discord.js';
import type { Answer, Taken } from '../../src/controller/answers.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { From } from '../../src/controller/from.ts';
import { answered, type Clicked } from '../shared/answers.ts';
import { dialog, NOTHING, type Reply, told } from './answering.ts';
import { messagesOf } from './cards.ts';
import { buttonOf, row } from './components.ts';
import { DIALOGS } from './forms.ts';
import { partsOf } from './ids.ts';
import { fromInteraction } from './interaction-context.ts';

export type InteractionDeps = {
  controller: Controller;
  /** Reads a message that somebody pointed at, and begins a thread from it where there is none. */
  pointedAt(modal: ModalSubmitInteraction): NonNullable<From['pointedAt']>;
};

/** A button or a menu of a card or a status message that somebody used. */
export function componentClick(click: ButtonInteraction | StringSelectMenuInteraction): Clicked {
  const { action, values } = partsOf(click.customId);
  const chosen = click.isStringSelectMenu() ? click.values.join(' ') : undefined;
  const isFromList = click.message.flags.has(MessageFlags.Ephemeral);
  return { name: action, values, chosen, from: fromInteraction(click, 'click', isFromList) };
}

/** What became of a dialog that was sent off. */
export function outcomeOf(taken: Taken): Reply {
  if (taken.ok) return taken.notice === undefined ? NOTHING : told(taken.notice);
  const { reason, errors = {} } = taken;
  return told([reason, ...Object.values(errors).filter((error) => error !== reason)].join('\n'));
}

/** What somebody is answered, in Discord's form. */
export const replyOf = (answer: Answer): Reply =>
  answered<Reply>(answer, {
    nothing: () => NOTHING,
    notice: ({ text }) => told(text),
    form: ({ form }) => dialog(DIALOGS.print(form, undefined)),
    card: ({ card }) => ({ kind: 'shown', messages: messagesOf(card) }),
    question: ({ text, button }) => ({
      kind: 'shown',
      messages: [{ content: text, components: [row([buttonOf(button)])] }],
    }),
    file({ name, text, comment, button }) {
      const files = [{ name, attachment: Buffer.from(text) }];
      return {
        kind: 'shown',
        messages: [{ content: comment, files, components: [row([buttonOf(button)])] }],
      };
    },
  });
