import { type Client, Events } from 'discord.js';
import { clicked, sentOff } from '../shared/answers.ts';
import { type Answering, respond } from './answering.ts';
import { componentClick, type InteractionDeps, outcomeOf, replyOf } from './clicks.ts';
import { DIALOGS } from './forms.ts';
import { fromInteraction } from './interaction-context.ts';

/**
 * Registers the buttons, menus and dialogs of cards and status messages. Refusals are seen by who clicked
 * alone.
 */
export function listenToInteractions(client: Client<true>, deps: InteractionDeps & Answering): void {
  const { controller, pointedAt } = deps;
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isButton() || interaction.isStringSelectMenu()) {
      respond(interaction, deps, async () => replyOf(await clicked(controller, componentClick(interaction))));
    } else if (interaction.isModalSubmit()) {
      respond(interaction, deps, async () => {
        const from = { ...fromInteraction(interaction, 'modal'), pointedAt: pointedAt(interaction) };
        return outcomeOf(await sentOff(controller, DIALOGS, interaction, from));
      });
    }
  });
}
