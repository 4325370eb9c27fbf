import { type Client, Events } from 'discord.js';
import { type Answering, respond } from './answering.ts';
import { type InteractionDeps, onClick, onSubmission } from './clicks.ts';

/**
 * Registers the buttons, menus and dialogs of cards and status messages. Refusals are seen by who clicked
 * alone.
 */
export function listenToInteractions(client: Client<true>, deps: InteractionDeps & Answering): void {
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isButton() || interaction.isStringSelectMenu()) {
      respond(interaction, deps, () => onClick(interaction, deps));
    } else if (interaction.isModalSubmit()) {
      respond(interaction, deps, () => onSubmission(interaction, deps));
    }
  });
}
