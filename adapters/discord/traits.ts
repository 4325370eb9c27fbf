import type { Traits } from '../../src/controller/traits.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { STYLE } from './style.ts';

export const TRAITS: Traits = {
  platform: 'discord',
  style: STYLE,
  slash: '/ml-intern',
  managers: 'those who may manage this server',
  asksWhetherSure: false,
  form: { fields: DISCORD_LIMITS.modalComponents, textCharacters: DISCORD_LIMITS.inputText },
  listed: { sessions: 15, jobs: 5 },
  signsInByCommand: true,
  takesCommandsInThreads: true,
  threadLink: ({ thread }) => `<#${thread}>`,
  titledLink: ({ thread }, title) => `**${title}** · <#${thread}>`,
  // What a thread was begun from may stand outside of it: that leads to the thread.
  messageUrl: ({ workspace, thread }, messageId) =>
    `https://discord.com/channels/${workspace}/${thread}${messageId === thread ? '' : `/${messageId}`}`,
  nameOf: async (id) => (/^\d+$/.test(id) ? STYLE.person(id) : id),
};
