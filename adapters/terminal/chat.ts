import { randomUUID } from 'node:crypto';
import { styleText } from 'node:util';
import type { Answer } from '../../src/controller/answers.ts';
import type { Form } from '../../src/controller/forms.ts';
import type { BoardMessage, BoardNews } from '../../src/controller/platform-definition.ts';
import { plainLines } from '../../src/lib/markdown/words.ts';
import { answered } from '../shared/answers.ts';
import { NOT_REACHED } from '../shared/words.ts';
import { answerCard, cardText, type Keyed, keyed } from './cards.ts';
import type { Desk } from './desk.ts';
import { createEvents, type Events } from './events.ts';
import { Body } from './messages.ts';
import { textOutput } from './output.ts';
import { plainLine, plainText } from './plain-text.ts';
import { createScreen, type Screen, type Teletype } from './screen.ts';
import { commandsHelp, completions, typed } from './slash-commands.ts';

/** Somebody who sits at a terminal, and the session that they are in. */
type Chat = {
  desk: Desk;
  screen: Screen;
  budgetUsd: number | undefined;
  isStreamed: boolean;
  thread: string;
  /** Whether something was said in the thread. */
  isBegun: boolean;
  following: AbortController;
  events: Events;
  bodies: Map<string, { place: number; body: Body }>;
  /** The cards as they were shown last. */
  shown: Map<string, string>;
  /** What somebody was just asked: another Ctrl-C leaves. */
  isLeaving: boolean;
  dim(text: string): string;
  leave(): void;
};

/** Talks with who sits at a terminal until they leave, or `signal` aborts. */
export async function runChat(
  desk: Desk,
  { budgetUsd, isStreamed }: { budgetUsd: number | undefined; isStreamed: boolean },
  teletype: Teletype,
  signal: AbortSignal,
): Promise<void> {
  const left = Promise.withResolvers<void>();
  const screen = createScreen(teletype, {
    complete: completions,
    line: (text) => void attempt(chat, () => onLine(chat, text)),
    key: (key) => onKey(chat, key),
    interrupt: () => void attempt(chat, () => onInterrupt(chat)),
    end: left.resolve,
  });
  const dim = (text: string) => styleText('dim', text, { stream: teletype.output });
  const chat: Chat = {
    ...{ desk, screen, budgetUsd, isStreamed, dim, leave: left.resolve },
    ...fresh(isStreamed),
    isLeaving: false,
  };
  screen.print(dim('Ask for something, or /help. Ctrl-C stops, Ctrl-D leaves.'));
  signal.addEventListener('abort', () => left.resolve(), { once: true });
  if (signal.aborted) left.resolve();
  await left.promise;
  chat.following.abort();
  screen.close();
  if (isActive(chat)) teletype.output.write(`\n${GOES_ON}\n`);
}

const GOES_ON = 'What goes on here goes on once the bot runs again.';

/** A session that is not begun yet. */
function fresh(isStreamed: boolean, thread: string = randomUUID()) {
  return {
    thread,
    isBegun: false,
    following: new AbortController(),
    events: createEvents(thread, isStreamed),
    bodies: new Map<string, { place: number; body: Body }>(),
    shown: new Map<string, string>(),
  };
}

/** What fails is told, and ends nothing. */
async function attempt(chat: Chat, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    chat.screen.print(NOT_REACHED);
  }
}

const isActive = ({ events }: Chat): boolean =>
  ['working', 'needs_approval', 'waiting_for_job'].includes(events.now().status?.phase ?? '');

async function onLine(chat: Chat, line: string): Promise<void> {
  chat.isLeaving = false;
  const { desk, screen } = chat;
  const said = typed(line);
  switch (said.kind) {
    case 'nothing':
      return screen.print('');
    case 'unknown':
      return screen.print(`There is no /${said.name}. /help lists what there is.`);
    case 'say':
      return say(chat, said.text);
    case 'ask': {
      const thread = chat.isBegun ? chat.thread : undefined;
      return showAnswer(chat, await desk.command(said.text, thread));
    }
    case 'own':
      return ownCommand(chat, said.name);
    default:
      return said satisfies never;
  }
}

async function say(chat: Chat, text: string): Promise<void> {
  const { desk, screen, thread, budgetUsd } = chat;
  if (!chat.isBegun) {
    chat.isBegun = true;
    void followThread(chat, false);
    if (budgetUsd !== undefined) await desk.say(thread, `yolo $${budgetUsd.toFixed(2)}`);
  }
  const { texts, cards } = await desk.say(thread, text);
  for (const told of texts) screen.print(plainText(plainLines(told)));
  for (const card of cards) screen.print(answerCard(card));
}

async function ownCommand(chat: Chat, name: 'new' | 'sessions' | 'do' | 'help' | 'quit'): Promise<void> {
  const { screen } = chat;
  switch (name) {
    case 'help':
      return screen.print(commandsHelp());
    case 'quit':
      return chat.leave();
    case 'new':
      goTo(chat, undefined);
      return screen.print('What shall I do?');
    case 'sessions':
      return resume(chat);
    case 'do':
      return pickButton(chat);
    default:
      return name satisfies never;
  }
}

/** Turns to another session: one that is there, or a new one. */
function goTo(chat: Chat, thread: string | undefined): void {
  chat.following.abort();
  Object.assign(chat, fresh(chat.isStreamed, thread));
  chat.screen.label('> ');
}

async function resume(chat: Chat): Promise<void> {
  const threads = await chat.desk.threads();
  if (threads.length === 0) return chat.screen.print('There are no sessions yet.');
  const choices = threads.map(({ thread, title, standing, updatedAt }) => ({
    value: thread,
    name: plainLine(`${title ?? 'Untitled'} · ${standing ?? 'new'} · ${updatedAt.toLocaleString()}`),
  }));
  const thread = await chat.screen.pick('Which one?', choices);
  if (thread === undefined) return;
  goTo(chat, thread);
  chat.isBegun = true;
  void followThread(chat, true);
}

async function pickButton(chat: Chat): Promise<void> {
  const buttons = inOrder(chat).flatMap(({ body }) =>
    keyed(body).map((button) => ({ button, of: plainLine(body.headline) })),
  );
  if (buttons.length === 0) return chat.screen.print('There is nothing to be done here.');
  const choices = buttons.map(({ button, of }, i) => ({
    value: String(i),
    name: `${plainLine(button.label)}: ${of}`,
  }));
  const picked = await chat.screen.pick('What?', choices);
  const chosen = picked === undefined ? undefined : buttons[Number(picked)]?.button;
  if (chosen !== undefined) await press(chat, chosen);
}

const inOrder = ({ bodies }: Chat) => [...bodies.values()].sort((a, b) => a.place - b.place);

/** The newest card that waits for somebody. */
const waitingCard = (chat: Chat): Body | undefined =>
  inOrder(chat).findLast(({ body }) => waitsForSomebody(body))?.body;

const waitsForSomebody = ({ about, tone, pieces }: Body): boolean =>
  about.kind !== 'status' &&
  about.kind !== 'job' &&
  tone === 'waiting' &&
  pieces.some(({ kind }) => kind === 'buttons');

/**
 * A key on an empty line presses a button of the newest card, once somebody has said that they are sure.
 * Where they go on writing instead, it was the first letter of that.
 */
function onKey(chat: Chat, key: string): (() => void) | undefined {
  const card = waitingCard(chat);
  const button = card && keyed(card).find((one) => one.key === key.toLowerCase());
  if (card === undefined || button === undefined) return undefined;
  return () =>
    void attempt(chat, async () => {
      const what = plainLine(`${button.label}: ${subjectOf(card)}`);
      const said = (await chat.screen.ask(`${what} [y/N] `))?.trim() ?? '';
      if (YES.test(said)) return press(chat, button);
      if (said !== '' && !/^no?$/i.test(said)) await onLine(chat, `${key}${said}`);
    });
}

const subjectOf = ({ about, headline }: Body): string => (about.kind === 'approval' ? about.title : headline);

const isSure = async ({ screen }: Chat, text: string): Promise<boolean> =>
  YES.test((await screen.ask(`${plainLine(text)} [y/N] `))?.trim() ?? '');

const YES = /^y(?:es)?$/i;

async function press(chat: Chat, { name, values, sure }: Keyed): Promise<void> {
  if (sure !== undefined && !(await isSure(chat, sure))) return;
  await showAnswer(chat, await chat.desk.press(chat.thread, { name, values }));
}

async function showAnswer(chat: Chat, answer: Answer): Promise<void> {
  const { screen } = chat;
  await answered<Promise<void>>(answer, {
    nothing: async () => {},
    notice: async ({ text }) => screen.print(plainText(plainLines(text))),
    card: async ({ card }) => screen.print(answerCard(card)),
    form: async ({ form }) => fillIn(chat, form),
    question: async ({ text, button }) => {
      if (await isSure(chat, text)) await showAnswer(chat, await chat.desk.press(chat.thread, button));
    },
    file: async ({ name, text }) => screen.print(`${plainLine(name)}\n${plainText(text)}`),
  });
}

/** Asks for what a form asks for, line by line. A text of several lines is shown, and not changed here. */
async function fillIn(chat: Chat, form: Form): Promise<void> {
  const { screen, desk, thread } = chat;
  const values: Record<string, string | readonly string[]> = {};
  for (const field of form.fields) {
    if (field.kind === 'text') {
      const { initial = '', label } = field;
      if (initial.includes('\n')) return screen.print(`${plainLine(label)}\n${plainText(initial)}`);
      const said = await screen.ask(`${plainLine(label)} `, initial);
      if (said === undefined) return;
      values[field.name] = said;
    } else if (field.kind === 'choices') {
      const choices = field.choices.map(({ label, value }) => ({ name: plainLine(label), value }));
      const picked = await screen.pick(plainLine(field.label), choices);
      if (picked === undefined) return;
      values[field.name] = [picked];
    } else values[field.name] = [];
  }
  const taken = await desk.submit(thread, form.subject, values);
  if (!taken.ok) screen.print(plainText(plainLines(taken.reason)));
  else if (taken.notice !== undefined) screen.print(plainText(plainLines(taken.notice)));
}

async function onInterrupt(chat: Chat): Promise<void> {
  if (chat.isLeaving) return chat.leave();
  chat.isLeaving = true;
  if (!isActive(chat)) return chat.screen.print(chat.dim('Ctrl-C again leaves.'));
  chat.screen.print(chat.dim('Stopping … Ctrl-C again leaves.'));
  await showAnswer(chat, await chat.desk.stop(chat.thread));
}

/** Shows a thread as it changes; `isKnown`: one that is there already begins with its newest messages. */
async function followThread(chat: Chat, isKnown: boolean): Promise<void> {
  const { desk, thread, following, events, screen } = chat;
  const show = printer(chat);
  let isFirst = isKnown;
  for await (const news of desk.follow(thread, 0, following.signal)) {
    const told = events.take(news);
    if (isFirst) screen.print(recap(news));
    else for (const one of told) show(one);
    isFirst = false;
    for (const message of news.messages) takeCard(chat, message);
    screen.label(LABELS[events.now().status?.phase ?? ''] ?? '> ');
  }
}

const LABELS: Readonly<Record<string, string>> = {
  working: 'working > ',
  waiting_for_job: 'job runs > ',
  needs_approval: 'your turn > ',
};

/** Answers by whole lines, so that what is being typed stays below them; what is done is dimmed. */
function printer({ screen, dim }: Chat) {
  let rest = '';
  const answer = (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) screen.print(lines.join('\n'));
  };
  return textOutput(answer, (text) => screen.print(dim(text.trimEnd())));
}

/** Prints a card that waits for somebody, as often as it changes. */
function takeCard(chat: Chat, { id, author, body, isRemoved, place }: BoardMessage): void {
  if (author !== undefined) return;
  const read = isRemoved ? undefined : Body.safeParse(body).data;
  if (read === undefined) return void chat.bodies.delete(id);
  chat.bodies.set(id, { place, body: read });
  if (!waitsForSomebody(read)) return;
  const text = cardText(read);
  if (chat.shown.get(id) === text) return;
  chat.shown.set(id, text);
  chat.screen.print(`\n${text}`);
}

const RECAP = 12;

/** The newest of what was said in a thread. */
function recap({ messages }: BoardNews): string {
  const said = [...messages]
    .sort((a, b) => a.place - b.place)
    .flatMap(({ author, body, isRemoved }) => {
      if (isRemoved) return [];
      if (author !== undefined) return [`> ${plainText(String(body.text ?? ''))}`];
      const about = Body.safeParse(body).data?.about;
      return about?.kind === 'answer' ? [plainText(about.text)] : [];
    });
  return said.slice(-RECAP).join('\n\n');
}
