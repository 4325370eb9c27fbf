import { cut, wholeBeginning } from '../../lib/cut.ts';
import { dollarsAtMost } from '../../lib/dollars.ts';
import { destination, literal } from '../../lib/markdown/common-mark.ts';
import { plainWords } from '../../lib/markdown/words.ts';
import { deciderNames, either } from '../../session/deciders.ts';
import { currentExchange, type Snapshot } from '../../session/snapshot.ts';
import { madeBy, type ToolCall } from '../../session/tool-calls.ts';
import { endText } from './job-ends.ts';
import { runningText, spendText, stateText, waitingOn } from './status.ts';

/** A message of the thread as an address in a browser, by the platform's id of it. */
export type LinkTo = (messageId: string) => string;

/**
 * What whoever joins a thread has to know, as markdown, from the record alone: how it stands and who has to
 * act, what was asked, found, decided and spent, and what is open. The title says the first of it. Nobody is
 * called by it.
 */
export function catchUpText(snapshot: Snapshot, linkTo?: LinkTo): { title: string; text: string } {
  const { session } = snapshot;
  const name = literal(cut(session.settings.title ?? 'This thread', TITLE_CHARACTERS));
  const standing = stateText(session.state);
  const parts = [
    `**${name}** · begun by ${literal(session.requester.name)}`,
    [`**How it stands.** ${standing}`, ...actorsIn(snapshot)].join(' '),
    section('Asked', askedIn(snapshot, linkTo)),
    section('Found', foundIn(snapshot)),
    section('Decided', decidedIn(snapshot)),
    section('Open', openIn(snapshot)),
    `**Spent.** ${spendText(snapshot)}`,
  ];
  return {
    title: cut(`${session.settings.title ?? 'This thread'}: ${standing}`, TITLE_CHARACTERS * 2),
    text: parts.filter((part) => part !== '').join('\n\n'),
  };
}

const TITLE_CHARACTERS = 100;
const LINE_CHARACTERS = 220;
/** The newest of a kind that are told; how many came before is said. */
const LINES = 6;

function section(heading: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const before = lines.length - LINES;
  return [
    `**${heading}**`,
    ...(before > 0 ? [`- … ${before} before`] : []),
    ...lines.slice(-LINES).map((line) => `- ${line}`),
  ].join('\n');
}

/** Words of somebody's on one line. */
const brief = (text: string): string =>
  literal(cut(plainWords(wholeBeginning(text, 4_000)), LINE_CHARACTERS));

/** Who has to act. */
function actorsIn(snapshot: Snapshot): string[] {
  const { session } = snapshot;
  const { state, requester } = session;
  const name = literal(requester.name);
  if (state.kind === 'failed') {
    const { isOverBudget, deciders } = state.failure;
    if (!isOverBudget) return [`${name} says whether it goes on.`];
    const who =
      deciders === undefined ? 'those who may pass the budget' : either(deciderNames(deciders, requester));
    return [`Whether it goes on is for ${literal(who)} to say.`];
  }
  if (state.kind === 'parked' && state.on === 'approval') return waitingOn(snapshot);
  return state.kind === 'interrupted' ? [`${name}, or anybody here, says how it goes on.`] : [];
}

function askedIn({ messages }: Snapshot, linkTo: LinkTo | undefined): string[] {
  return messages.flatMap(({ entry }) => {
    if (entry.role !== 'user') return [];
    const { author, messageId, text } = entry;
    const name = literal(author.name);
    const who = messageId && linkTo ? `[${name}](${destination(linkTo(messageId))})` : name;
    return [`${who}: ${brief(text)}`];
  });
}

/** What each request was answered, what jobs came to, and what is on the Hub. */
function foundIn({ messages, exchanges, toolCalls, watches }: Snapshot): string[] {
  const calling = new Set(toolCalls.map(({ messageId }) => messageId));
  const answers = exchanges.flatMap(({ number }) => {
    const last = messages.findLast(
      ({ id, exchange, entry }) => exchange === number && entry.role === 'assistant' && !calling.has(id),
    );
    return last?.entry.role === 'assistant' && last.entry.text.trim() !== '' ? [brief(last.entry.text)] : [];
  });
  const ended = watches.filter(({ endedAt }) => endedAt !== undefined);
  const pushed = ended.flatMap(({ snapshot }) => snapshot.pushed ?? []);
  const made = [...new Set(madeBy(toolCalls))].filter((url) => !pushed.includes(url));
  return [
    ...answers.slice(-LINES / 2),
    ...ended.slice(-LINES / 2).map((watch) => endText(watch).split('\n')[0] ?? ''),
    ...(made.length > 0 ? [`On the Hub: ${made.slice(-LINES).join(' · ')}`] : []),
  ];
}

function decidedIn({ toolCalls, session, exchanges }: Snapshot): string[] {
  const { yolo } = session.settings;
  return [
    ...toolCalls.flatMap(decisionOf),
    ...exchanges.flatMap(({ outcome }) =>
      outcome?.kind === 'interrupted' ? [`${literal(outcome.by)} stopped the work`] : [],
    ),
    ...(yolo.kind === 'off'
      ? []
      : [
          `${literal(yolo.by.name)} lets jobs run without asking${yolo.kind === 'cap' ? `, up to ${dollarsAtMost(yolo.usd)}` : ''}`,
        ]),
  ];
}

function decisionOf({ approval, state }: ToolCall): string[] {
  if (approval === undefined || approval.decision.isWaived) return [];
  const { request, decision } = approval;
  const { usd } = request.estimate;
  const what = literal(cut(request.brief ?? request.title, LINE_CHARACTERS));
  const cost = usd === undefined || usd === 0 ? '' : `, up to ${dollarsAtMost(usd)}`;
  if (decision.auto !== undefined) return [`Let through without asking: ${what}${cost}`];
  const who = [decision.by, ...(decision.second ? [decision.second] : [])].map(({ name }) => literal(name));
  const verb = state.kind === 'rejected' ? 'rejected' : 'approved';
  const changed = decision.edit ? `, changed by ${literal(decision.edit.by.name)}` : '';
  const why = decision.feedback ? `: “${brief(decision.feedback)}”` : '';
  return [`${who.join(' and ')} ${verb} ${what}${cost}${changed}${why}`];
}

function openIn(snapshot: Snapshot): string[] {
  const plan = currentExchange(snapshot)?.plan ?? [];
  return [
    ...plan.filter(({ status }) => status !== 'completed').map(({ content }) => `To do: ${brief(content)}`),
    ...snapshot.watches.filter(({ endedAt }) => endedAt === undefined).map(runningText),
  ];
}
