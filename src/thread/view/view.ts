import { wholeBeginning } from '../../lib/cut.ts';
import { plainWords } from '../../lib/markdown/words.ts';
import type { Exchange, Snapshot } from '../../session/snapshot.ts';
import type { ToolCall } from '../../session/tool-calls.ts';
import type { TranscriptMessage } from '../../session/transcript.ts';
import { cardKey } from '../../session/what-runs.ts';
import { alarmCard, approvalCard, batchCard, endButtons, fileOf, jobCard } from './cards.ts';
import { COMMENTARY_CHARACTERS, isOwnMessage } from './commentary.ts';
import { heardIn, reactionOf, standingOf, statusOf, waysOn } from './status.ts';
import type { ViewMessage } from './view-message.ts';

/**
 * What a thread should show: a list of messages in order, made from the session's state alone. The same state
 * gives the same messages. `isQueued`: what was asked has waited for a worker for long enough to be told so.
 */
export function view(snapshot: Snapshot, isQueued = false): ViewMessage[] {
  const notices = snapshot.messages.filter((message) => message.exchange === 0);
  return [
    ...notices.flatMap((message) => noticeOf(message, snapshot)),
    ...foreignJobs(snapshot, 0),
    ...snapshot.exchanges.flatMap((exchange) => exchangeMessages(snapshot, exchange)),
    ...(isQueued ? [queuedMessage(snapshot)] : []),
  ];
}

/** Gone as soon as a worker begins: until then it belongs to the request that is to come. */
function queuedMessage({ session }: Snapshot): ViewMessage {
  const body = { kind: 'notice' as const, text: QUEUED, mentions: [] };
  return { key: 'queued', exchange: session.exchange + 1, body };
}

const QUEUED = 'I have this, and begin as soon as a worker is free. Nobody has to ask again.';

function exchangeMessages(snapshot: Snapshot, exchange: Exchange): ViewMessage[] {
  const status: ViewMessage = {
    key: `e${exchange.number}/status`,
    exchange: exchange.number,
    body: { kind: 'status', ...statusOf(snapshot, exchange) },
  };
  if (exchange.undone) return [status, ...standingMessage(snapshot, exchange)];
  const reaction = reactionOf(snapshot, exchange);
  return [
    status,
    ...standingMessage(snapshot, exchange),
    ...(reaction
      ? [
          {
            key: `e${exchange.number}/reaction`,
            exchange: exchange.number,
            body: { kind: 'reaction' as const, ...reaction },
          },
        ]
      : []),
    ...heardIn(snapshot, exchange).map((on): ViewMessage => {
      const body = { kind: 'reaction', on, mood: 'working' } as const;
      return { key: `e${exchange.number}/heard/${on}`, exchange: exchange.number, body };
    }),
    ...titleMessage(snapshot, exchange),
    ...transcriptMessages(snapshot, exchange),
    ...foreignJobs(snapshot, exchange.number),
    ...draftMessage(snapshot, exchange),
  ];
}

/** Told with the newest request. */
function standingMessage({ session }: Snapshot, { number, undone }: Exchange): ViewMessage[] {
  if (number !== session.exchange) return [];
  const standing = undone ? 'idle' : standingOf(session.state);
  return [{ key: `e${number}/standing`, exchange: number, body: { kind: 'standing', standing } }];
}

function titleMessage({ session }: Snapshot, { number }: Exchange): ViewMessage[] {
  const { title } = session.settings;
  if (title === undefined || number !== session.exchange) return [];
  return [{ key: `e${number}/title`, exchange: number, body: { kind: 'title', text: title } }];
}

/** Jobs that were started elsewhere and are only watched here. */
function foreignJobs({ watches }: Snapshot, exchange: number): ViewMessage[] {
  return watches
    .filter((watch) => watch.toolCallId === undefined && watch.exchange === exchange)
    .map((watch) => ({ key: `job/${watch.id}`, exchange, body: jobCard(watch) }));
}

function transcriptMessages(snapshot: Snapshot, exchange: Exchange): ViewMessage[] {
  const calls = Map.groupBy(snapshot.toolCalls, (call) => call.messageId);
  const stop = snapshot.messages.findLast(({ entry }) => entry.role === 'notice' && entry.isStop)?.id;
  const control = ({ id }: TranscriptMessage) => (id === stop ? waysOn(snapshot.session.state) : undefined);
  let answers = 0;
  return snapshot.messages
    .filter((message) => message.exchange === exchange.number)
    .flatMap((message): ViewMessage[] => {
      if (message.entry.role !== 'assistant') return noticeOf(message, snapshot, control(message));
      const own = calls.get(message.id) ?? [];
      const key = answerKey(exchange.number, answers++);
      return [
        ...(isOwnMessage(message.entry.text, own.length > 0)
          ? [finished(message, key, own.length === 0)]
          : []),
        ...own.flatMap((call) => cardsOf(snapshot, call)),
        ...batchOf(message, own),
      ];
    });
}

/** Far more than is shown of an answer that is a file as a whole. */
const LOOKED_AT = 100_000;

function finished({ id, exchange, entry }: TranscriptMessage, key: string, isEnd: boolean): ViewMessage {
  const text = entry.role === 'assistant' ? wholeBeginning(entry.text, LOOKED_AT) : '';
  return { key, exchange, body: { kind: 'answer', text, isDraft: false, id, isEnd } };
}

/** The draft has the key that its answer will have, so that the finished answer is an edit of it. */
function draftMessage(snapshot: Snapshot, exchange: Exchange): ViewMessage[] {
  const { draft } = snapshot.session;
  if (draft === undefined || exchange.number !== snapshot.session.exchange) return [];
  if (snapshot.session.rules.verbosity === 'quiet') return [];
  if (draft.text.trim().length <= COMMENTARY_CHARACTERS) return [];
  const answers = snapshot.messages.filter(
    (message) => message.exchange === exchange.number && message.entry.role === 'assistant',
  ).length;
  const key = answerKey(exchange.number, answers);
  const askedBy = snapshot.session.requester.id;
  const { plan } = exchange;
  const body = {
    kind: 'answer' as const,
    text: wholeBeginning(draft.text, LOOKED_AT),
    isDraft: true as const,
    askedBy,
    plan,
  };
  return [{ key, exchange: exchange.number, body }];
}

const answerKey = (exchange: number, ordinal: number) => `e${exchange}/answer/${ordinal}`;

function batchOf({ id, exchange }: TranscriptMessage, calls: readonly ToolCall[]): ViewMessage[] {
  const batch = batchCard(calls);
  return batch ? [{ key: `batch/${id}`, exchange, body: batch }] : [];
}

function cardsOf(snapshot: Snapshot, call: ToolCall): ViewMessage[] {
  const { exchange } = call;
  const approval = approvalCard(call);
  const whole = approval && fileOf(call);
  const jobs = snapshot.watches.filter((item) => item.toolCallId === call.id);
  return [
    // Before its card: the buttons come last.
    ...(whole
      ? [
          {
            key: whole.key,
            exchange,
            body: { kind: 'file' as const, fileId: whole.id, name: whole.name, text: WHOLE },
          },
        ]
      : []),
    ...(approval ? [{ key: cardKey(call.id), exchange, body: approval }] : []),
    ...jobs.map((watch) => ({ key: `job/${watch.id}`, exchange, body: jobCard(watch) })),
    ...questionOf(call),
  ];
}

const WHOLE = 'The card below is about this. Here is all of what would be done, to the letter.';

/** What a running call asks; once it is answered, a notice tells what was said. */
function questionOf({ id, exchange, state }: ToolCall): ViewMessage[] {
  const question = state.kind === 'running' ? state.question : undefined;
  if (question === undefined || question.answer !== undefined) return [];
  const { id: questionId, from, text, fields, called = [] } = question;
  const labels = fields.map(({ label }) => label);
  const body = { kind: 'question' as const, toolCallId: id, questionId, from, text, fields: labels, called };
  return [{ key: `question/${questionId}`, exchange, body }];
}

/** What is described to those who can't see it, by what is said about it where nobody said more. */
const PICTURE = /\.(?:png|jpe?g|gif|webp)$/i;

function noticeOf(
  { id, exchange, entry }: TranscriptMessage,
  { watches }: Snapshot,
  control?: ReturnType<typeof waysOn>,
): ViewMessage[] {
  const key = `notice/${id}`;
  const ended = entry.role === 'notice' && watches.find((item) => item.id === entry.job?.watchId);
  const job = ended ? { job: endButtons(ended) } : {};
  if (entry.role === 'notice' && entry.alarm !== undefined) {
    const watch = watches.find((item) => item.id === entry.alarm?.watchId);
    if (watch) return [{ key, exchange, body: alarmCard(watch, entry.alarm.cause, entry) }];
  }
  if (entry.role === 'notice' && entry.file !== undefined) {
    const { text, mentions = [], file } = entry;
    const { id: fileId, name, alt } = file;
    const isCall = mentions.length > 0;
    const picture = { fileId, name, alt: alt ?? name };
    const description = alt ?? (PICTURE.test(name) ? plainWords(text) || name : undefined);
    const body = isCall
      ? ({ kind: 'notice', text, mentions, picture, ...job } as const)
      : ({ kind: 'file', fileId, name, text, alt: description } as const);
    return [{ key: `file/${fileId}`, exchange, body }];
  }
  if (entry.role === 'notice') {
    const { text, mentions = [], offered, tables, menus, times } = entry;
    const labels = offered?.offers.map(({ label }) => label) ?? [];
    const buttons = labels.length > 0 ? { offered: { id, labels } } : {};
    const goesOn = { ...(control ? { control } : {}), ...job };
    const below = { ...(tables ? { tables } : {}), ...(menus ? { menus } : {}), ...(times ? { times } : {}) };
    return [{ key, exchange, body: { kind: 'notice', text, mentions, ...buttons, ...goesOn, ...below } }];
  }
  if (entry.role !== 'summary') return [];
  const why = entry.isAutomatic ? 'This had become long, so ' : '';
  const text = `${why ? why : 'Compacted: '}${entry.replaced} earlier messages became a summary for the model. Nothing is gone from this thread, and \`undo\` takes it back.`;
  return [{ key, exchange, body: { kind: 'notice', text, mentions: [] } }];
}
