import type { App } from '@slack/bolt';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Intake } from '../../src/session/intake.ts';
import type { Operation } from '../../src/session/operations.ts';
import { ACTIONS } from './blocks.ts';
import { createInOrder } from './in-order.ts';
import { ButtonClick, ChangedMessage, DeletedMessage, WrittenMessage } from './payloads.ts';
import type { People } from './people.ts';
import { readable } from './text.ts';

export type Bot = { userId: string; teamId: string };

type Answer = (text: string) => Promise<unknown>;

/**
 * Registers what the bot listens to. Every listener returns once what it was told is in the record. Returns what takes
 * a message that was read back from history.
 */
export function listen(
  app: App,
  intake: Intake,
  people: People,
  bot: Bot,
): (message: WrittenMessage) => Promise<void> {
  const inOrder = createInOrder();
  app.event('app_mention', ({ event }) =>
    inOrder(event.channel, () => onMessage(event, intake, people, bot)),
  );
  app.event('message', ({ event }) =>
    inOrder(event.channel, () => onMessageEvent(event, intake, people, bot)),
  );
  app.action(/^(approve|reject|stop|retry)$/, async ({ ack, body, respond }) => {
    await ack();
    const answer: Answer = (text) => respond({ text, response_type: 'ephemeral', replace_original: false });
    await onClick(body, intake, people, answer);
  });
  return (message) => inOrder(message.channel, () => onMessage(message, intake, people, bot));
}

async function onMessageEvent(event: unknown, intake: Intake, people: People, bot: Bot): Promise<void> {
  const changed = ChangedMessage.safeParse(event);
  if (changed.success) {
    const { channel, message } = changed.data;
    if (message.bot_id !== undefined) return;
    const text = await readable(message.text, bot.userId, { person: people.name });
    return intake.edited(sourceOf(bot, channel, message.ts), text);
  }
  const deleted = DeletedMessage.safeParse(event);
  if (deleted.success) return intake.deleted(sourceOf(bot, deleted.data.channel, deleted.data.deleted_ts));
  return onMessage(event, intake, people, bot);
}

/**
 * A message is for the bot when it mentions it, when it is a direct message, or when it stands in a thread that has a
 * session and is not addressed to somebody else. A mention arrives as two events, which are one message.
 */
async function onMessage(event: unknown, intake: Intake, people: People, bot: Bot): Promise<void> {
  const parsed = WrittenMessage.safeParse(event);
  if (!parsed.success) return; // a subtype that nobody writes: joins, topics, bot messages
  const message = parsed.data;
  if (message.bot_id !== undefined || message.user === bot.userId) return;
  const address = addressOf(bot, message);
  if (!(await isForBot(message, address, intake, bot))) return;
  await intake.message({
    address,
    sourceId: sourceOf(bot, message.channel, message.ts),
    text: await readable(message.text, bot.userId, { person: people.name }),
    author: await people.person(message.user),
    messageId: message.ts,
  });
}

async function isForBot(
  message: WrittenMessage,
  address: ThreadAddress,
  intake: Intake,
  bot: Bot,
): Promise<boolean> {
  const isMention = message.type === 'app_mention' || message.text.includes(`<@${bot.userId}`);
  if (isMention || message.channel_type === 'im') return true;
  if (message.thread_ts === undefined) return false;
  const isToSomebodyElse = /^\s*<@[UW][A-Z0-9]+/.test(message.text);
  return !isToSomebodyElse && intake.hasSession(address);
}

async function onClick(body: unknown, intake: Intake, people: People, answer: Answer): Promise<void> {
  const click = ButtonClick.parse(body);
  const [action] = click.actions;
  if (action === undefined) return;
  const by = await people.person(click.user.id);
  const sourceId = `slack:click:${click.team.id}:${action.action_ts}:${by.id}:${action.value}`;
  if (action.action_id === ACTIONS.approve || action.action_id === ACTIONS.reject) {
    const decision = action.action_id === ACTIONS.approve ? 'approved' : 'rejected';
    const result = await intake.decide({ toolCallId: action.value, decision, by, sourceId });
    if (!result.ok) await answer(result.reason);
    return;
  }
  const operation: Operation = { kind: action.action_id === ACTIONS.stop ? 'interrupt' : 'resume', by };
  const isKnown = await intake.operate(addressOfClick(click), operation, sourceId);
  if (!isKnown) await answer('I no longer know this thread, so nothing was changed.');
}

function addressOf(bot: Bot, message: WrittenMessage): ThreadAddress {
  const thread = message.thread_ts ?? message.ts;
  return { platform: 'slack', workspace: bot.teamId, channel: message.channel, thread };
}

function addressOfClick(click: ButtonClick): ThreadAddress {
  const thread = click.message.thread_ts ?? click.message.ts;
  return { platform: 'slack', workspace: click.team.id, channel: click.channel.id, thread };
}

/** One message is one source, however many events tell of it. */
const sourceOf = (bot: Bot, channel: string, ts: string) => `slack:${bot.teamId}:${channel}:${ts}`;
