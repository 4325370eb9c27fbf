import type { Methods } from './method.ts';

/** What the bot reacts with. */
export const reactions: Methods = {
  'reactions.add'({ workspace }, { channel, timestamp, name }) {
    const message = workspace.find(String(channel), String(timestamp));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (message.reactions.has(String(name))) return { ok: false, error: 'already_reacted' };
    workspace.react(message, String(name), true);
    return { ok: true };
  },

  'reactions.remove'({ workspace }, { channel, timestamp, name }) {
    const message = workspace.find(String(channel), String(timestamp));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (!message.reactions.has(String(name))) return { ok: false, error: 'no_reaction' };
    workspace.react(message, String(name), false);
    return { ok: true };
  },
};
