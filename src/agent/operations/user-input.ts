import { cut } from '../../lib/cut.ts';
import { withBackground } from '../../session/background.ts';
import * as record from '../../session/store/record.ts';
import { acknowledge, exchangeFor } from './exchange.ts';
import { letGo } from './open-calls.ts';
import type { OperationOf, Scope } from './scope.ts';

/** Takes a person's message into the transcript, as a new request or into the one that is going on. */
export async function userInput(
  scope: Scope,
  {
    text,
    author,
    messageId,
    images,
    attached,
    background,
    isAside: isMeant = false,
  }: OperationOf<'user_input'>,
): Promise<void> {
  const { tx, sessionId } = scope;
  const { kind } = scope.snapshot.session.state;
  const isAside = (kind === 'parked' || kind === 'running') && (isMeant || scope.outside.keepsApprovals);
  await letGo(scope, author.name, 'message', isAside);
  await acknowledge(scope);
  await nameSession(scope, text);
  const exchange = await exchangeFor(scope);
  await record.addMessage(tx, sessionId, exchange, {
    role: 'user',
    text: [withBackground(text, background), ...(attached ? [attached] : [])].join('\n\n'),
    author,
    messageId,
    ...(images ? { images } : {}),
  });
}

/** Tells a model more, and asks nothing of it: where nothing goes on, it reads this with the next request. */
export async function moreBackground({ tx, sessionId, snapshot }: Scope, text: string): Promise<void> {
  await record.addMessage(tx, sessionId, snapshot.session.exchange, {
    role: 'note',
    text,
    isBackground: true,
  });
}

/** A session is known by its first words until somebody finds better ones. */
async function nameSession({ tx, sessionId, snapshot }: Scope, text: string): Promise<void> {
  if (snapshot.session.settings.title !== undefined) return;
  const [first = ''] = text.trim().split('\n');
  const title = cut(first, TITLE_CHARACTERS);
  if (title !== '') await record.changeSettings(tx, sessionId, { title, isTitleFound: false });
}

const TITLE_CHARACTERS = 70;
