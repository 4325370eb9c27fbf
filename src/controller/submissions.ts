import { replaceScriptOf } from '../approvals/script-files.ts';
import { receiveFiles } from '../intake/received.ts';
import type { Person } from '../session/address.ts';
import {
  CHANGED,
  DEFAULT_QUESTION,
  goesOnIn,
  MESSAGE_GONE,
  NO_ACCOUNTS,
  NO_SESSION,
  onlyFor,
  SAVED,
  signedIn,
} from '../thread/words/answers.ts';
import type { Taken } from './answers.ts';
import { type ControllerDeps, callsOf, sessionThread } from './clicks.ts';
import { answerName, type Given, rulesGiven, type Subject, textOf } from './forms.ts';
import type { From, Pointed } from './from.ts';

const DONE: Taken = { ok: true };
const refused = (reason: string): Taken => ({ ok: false, reason });

/** Does what a form was sent off for. Whoever gets here may use the bot there (`controller.ts`). */
export async function submit(
  deps: ControllerDeps,
  subject: Subject,
  given: Given,
  from: From,
): Promise<Taken> {
  const by = await from.who.person();
  switch (subject.form) {
    case 'reject': {
      const calls = await callsOf(subject.calls, { deps, from });
      if (calls === undefined) return refused(CHANGED);
      const text = textOf(given);
      const feedback = text.trim() === '' ? {} : { feedback: text };
      const { sourceId } = from;
      return deps.decisions.decide({ calls, verdict: 'rejected', ...feedback, by, sourceId });
    }
    case 'script':
      return changeScript(deps, subject.toolCallId, given, by);
    case 'why': {
      const comment = textOf(given).trim();
      if (comment === '' || from.thread === undefined) return DONE;
      await deps.feedback.give(from.thread, subject.messageId, by, { verdict: 'bad', comment });
      return DONE;
    }
    case 'session':
      return changeSession(deps, given, from, by);
    case 'channel':
      return saveChannel(deps, subject.half, given, from, by);
    case 'answer':
      return answerQuestion(deps, subject, given, by);
    case 'token': {
      const done = await deps.accounts?.signIn(from.place, by, textOf(given));
      if (done === undefined) return refused(NO_ACCOUNTS);
      return done.ok ? { ok: true, notice: signedIn(done.name) } : done;
    }
    case 'ask':
      return ask(deps, subject, given, from, by);
    default:
      return subject satisfies never;
  }
}

/** A file goes before what the form has as text. */
async function changeScript(
  { decisions }: ControllerDeps,
  toolCallId: string,
  given: Given,
  by: Person,
): Promise<Taken> {
  const call = await decisions.openCall(toolCallId, by);
  if (!call.ok) return call;
  const [file] = given.files;
  if (file !== undefined) {
    const problem = await replaceScriptOf(decisions, call, file, by);
    return problem === undefined ? DONE : refused(problem);
  }
  const argument = call.editable?.argument ?? 'script';
  return decisions.edit({ toolCallId, changes: { [argument]: textOf(given) }, by });
}

/** What was chosen are commands, done as if they had been written one after another. */
async function changeSession(deps: ControllerDeps, given: Given, from: From, by: Person): Promise<Taken> {
  const address = await sessionThread(from, deps);
  if (address === undefined) return refused(NO_SESSION);
  for (const [name, value] of Object.entries(given.values)) {
    const text = typeof value === 'string' ? value : value?.[0];
    if (!text) continue;
    const sourceId = `${from.sourceId}:${name}`;
    await deps.intake.message({ address, sourceId, text, author: by, messageId: '' });
  }
  return DONE;
}

async function saveChannel(
  { gate, channelRules, traits }: ControllerDeps,
  half: Extract<Subject, { form: 'channel' }>['half'],
  given: Given,
  { place, who }: From,
  by: Person,
): Promise<Taken> {
  if (!(await gate.mayChange(who))) return refused(onlyFor(traits.managers));
  const asked = rulesGiven(half, (await channelRules.of(place)).rules, given);
  if (!asked.ok) return asked;
  await channelRules.change(place, asked.rules, by);
  return { ok: true, notice: SAVED };
}

async function answerQuestion(
  { questions }: ControllerDeps,
  { asked }: Extract<Subject, { form: 'answer' }>,
  { values }: Given,
  by: Person,
): Promise<Taken> {
  const open = await questions.open(asked, by);
  if (!open.ok) return open;
  const { fields } = open.question;
  const byField = fields.map(({ name }, i) => [name, values[answerName(i)]] as const);
  const result = await questions.answer(asked, 'accept', Object.fromEntries(byField), by);
  if (result.ok || result.errors === undefined) return result;
  const wrong = fields.flatMap(({ name }, i) => {
    const error = result.errors?.[name];
    return error ? [[answerName(i), error] as const] : [];
  });
  return { ok: false, reason: result.reason, errors: Object.fromEntries(wrong) };
}

/** Goes on in the thread of the message that was pointed at. */
async function ask(
  { intake, attachments: rules, traits }: ControllerDeps,
  subject: Extract<Subject, { form: 'ask' }>,
  given: Given,
  from: From,
  by: Person,
): Promise<Taken> {
  const pointed = await pointedAt(subject, from);
  if (!pointed.ok) return pointed;
  const { quote, thread, isPrivate } = pointed;
  const { images, attachments, problems } = await receiveFiles(given.files, rules);
  await intake.message({
    address: thread,
    sourceId: from.sourceId,
    text: textOf(given).trim() || DEFAULT_QUESTION,
    background: { meant: quote },
    ...(isPrivate ? { isPrivate } : {}),
    author: by,
    timeZone: await from.who.timeZone?.(),
    messageId: '',
    images,
    attachments,
  });
  return { ok: true, notice: [goesOnIn(traits.threadLink(thread)), ...problems].join(' ') };
}

async function pointedAt(
  { quote, messageId = '' }: Extract<Subject, { form: 'ask' }>,
  from: From,
): Promise<Pointed> {
  if (quote === undefined) return (await from.pointedAt?.(messageId)) ?? UNREADABLE;
  return from.thread === undefined ? UNREADABLE : { ok: true, quote, thread: from.thread };
}

const UNREADABLE: Pointed = { ok: false, reason: MESSAGE_GONE };
