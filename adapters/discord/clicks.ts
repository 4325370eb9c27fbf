import {
  type ButtonInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  type StringSelectMenuInteraction,
} from 'discord.js';
import { actionOf } from '../../src/controller/actions.ts';
import type { Answer } from '../../src/controller/answers.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { From } from '../../src/controller/from.ts';
import { dialog, NOTHING, type Reply, told } from './answering.ts';
import { messagesOf } from './cards.ts';
import { buttonOf, row } from './components.ts';
import { givenIn, modalOf, subjectOf } from './forms.ts';
import { partsOf } from './ids.ts';
import { fromInteraction } from './interaction-context.ts';

export type InteractionDeps = {
  controller: Controller;
  /** Reads a message that somebody pointed at, and begins a thread from it where there is none. */
  pointedAt(modal: ModalSubmitInteraction): NonNullable<From['pointedAt']>;
};

/** Does what a button or a menu of a card or a status message asks for. */
export async function onClick(
  click: ButtonInteraction | StringSelectMenuInteraction,
  { controller }: InteractionDeps,
): Promise<Reply> {
  const { action, values } = partsOf(click.customId);
  const chosen = click.isStringSelectMenu() ? click.values[0] : undefined;
  const from = fromInteraction(click, 'click', click.message.flags.has(MessageFlags.Ephemeral));
  return replyOf(await controller.act(actionOf(action, values, chosen), from));
}

/** Does what a dialog was sent off for. */
export async function onSubmission(
  modal: ModalSubmitInteraction,
  { controller, pointedAt }: InteractionDeps,
): Promise<Reply> {
  const from = { ...fromInteraction(modal, 'modal'), pointedAt: pointedAt(modal) };
  const taken = await controller.submit(subjectOf(modal.customId), givenIn(modal), from);
  if (taken.ok) return taken.notice === undefined ? NOTHING : told(taken.notice);
  const { reason, errors = {} } = taken;
  return told([reason, ...Object.values(errors).filter((error) => error !== reason)].join('\n'));
}

/** What somebody is answered, in Discord's form. */
export function replyOf(answer: Answer): Reply {
  switch (answer.kind) {
    case 'nothing':
      return NOTHING;
    case 'notice':
      return told(answer.text);
    case 'form':
      return dialog(modalOf(answer.form));
    case 'card':
      return { kind: 'shown', messages: messagesOf(answer.card) };
    case 'question':
      return {
        kind: 'shown',
        messages: [{ content: answer.text, components: [row([buttonOf(answer.button)])] }],
      };
    case 'file': {
      const { name, text, comment, button } = answer;
      const files = [{ name, attachment: Buffer.from(text) }];
      return {
        kind: 'shown',
        messages: [{ content: comment, files, components: [row([buttonOf(button)])] }],
      };
    }
    default:
      return answer satisfies never;
  }
}
