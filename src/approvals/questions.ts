import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type Db, jsonOf, type Tx } from '../db/database.ts';
import { toolCalls } from '../db/schema/transcript.ts';
import type { Found } from '../lib/redaction/values.ts';
import type { Person } from '../session/address.ts';
import { addMessage } from '../session/store/record.ts';
import { toolCallOf } from '../session/store/rows.ts';
import type { Question, QuestionAnswer, QuestionField } from '../session/tool-calls.ts';
import {
  answeredAlready,
  answerText,
  fieldProblem,
  NEEDED,
  NOT_TAKEN,
  QUESTION_OVER,
  SECRET_ANSWER,
  whoMay,
} from '../thread/words/approvals.ts';
import { type ApproverPolicy, type Known, knowingGroups } from './approvers.ts';
import { isOneOf, sceneIn } from './scene.ts';

/** A question as a button names it. */
export const AskedQuestion = z.object({ toolCallId: z.string(), questionId: z.string() });
export type AskedQuestion = z.infer<typeof AskedQuestion>;

/** What people wrote and picked in a dialog, by the field's name. */
type Given = Readonly<Record<string, string | readonly string[] | undefined>>;

type Opened = { ok: true; question: Question } | { ok: false; reason: string };
/** `errors` tell what is wrong with which field. */
type Answered = { ok: true } | { ok: false; reason: string; errors?: Record<string, string> };

/** Questions of running calls, answered by those who may approve. */
export type Questions = {
  open(asked: AskedQuestion, by: Person): Promise<Opened>;
  answer(asked: AskedQuestion, action: QuestionAnswer['action'], given: Given, by: Person): Promise<Answered>;
};

export type QuestionDeps = {
  db: Db;
  policy: ApproverPolicy;
  render(sessionId: string): Promise<void>;
};

export const createQuestions = (deps: QuestionDeps): Questions => ({
  open: (asked, by) =>
    knowingGroups(deps.policy, by, (known) =>
      deps.db.transaction(`a look at question ${asked.questionId}`, async (tx) => {
        const found = await find(tx, deps, asked, by, known);
        return found.ok ? { ok: true, question: found.question } : found;
      }),
    ),
  async answer(asked, action, given, by) {
    const done = await knowingGroups(deps.policy, by, (known) =>
      deps.db.transaction(`an answer to question ${asked.questionId}`, async (tx) => {
        const found = await find(tx, deps, asked, by, known);
        return found.ok ? note(tx, found, asked, { action, given, by }) : found;
      }),
    );
    if (done.ok) await deps.render(done.sessionId);
    return done.ok ? { ok: true } : done;
  },
});

type OpenQuestion = { ok: true; question: Question; sessionId: string; exchange: number };

/** The question as it is open now, for whoever may answer; the session is locked. */
async function find(
  tx: Tx,
  { policy }: QuestionDeps,
  { toolCallId, questionId }: AskedQuestion,
  by: Person,
  known: Known,
): Promise<OpenQuestion | { ok: false; reason: string }> {
  const [place] = await tx
    .select({ sessionId: toolCalls.sessionId })
    .from(toolCalls)
    .where(eq(toolCalls.id, toolCallId));
  const scene = place && (await sceneIn(tx, place.sessionId, by, known));
  const [row] = await tx.select().from(toolCalls).where(eq(toolCalls.id, toolCallId));
  const { state, exchange } = row ? toolCallOf(row) : { state: undefined, exchange: 0 };
  const question = state?.kind === 'running' ? state.question : undefined;
  if (scene === undefined || question?.id !== questionId) return { ok: false, reason: QUESTION_OVER };
  if (question.answer !== undefined) return { ok: false, reason: answeredAlready(question.answer.by) };
  const { session } = scene;
  const approvers = policy.approversOf(session.address, session.rules);
  if (isOneOf(scene, approvers)) return { ok: true, question, sessionId: session.id, exchange };
  const mentions = policy.mentionsOf(session.address.platform);
  return { ok: false, reason: whoMay(approvers, session.requester, mentions) };
}

/** Keeps an answer for the call that asked, and says in the thread what it is. */
async function note(
  tx: Tx,
  { question, sessionId, exchange }: OpenQuestion,
  { toolCallId }: AskedQuestion,
  { action, given, by }: { action: QuestionAnswer['action']; given: Given; by: Person },
): Promise<{ ok: true; sessionId: string } | Extract<Answered, { ok: false }>> {
  const read = action === 'accept' ? contentOf(question.fields, given) : { ok: true as const, content: {} };
  if (!read.ok) return { ok: false, reason: NOT_TAKEN, errors: read.errors };
  const secrets = tx.redaction.find(read.content);
  if (secrets.length > 0) return { ok: false, ...secretAnswer(secrets) };
  const answer: QuestionAnswer = { action, content: read.content, by };
  await tx
    .update(toolCalls)
    .set({ state: sql`jsonb_set(${toolCalls.state}, '{question,answer}', ${jsonOf(tx, answer)})` })
    .where(eq(toolCalls.id, toolCallId));
  await addMessage(tx, sessionId, exchange, { role: 'notice', text: answerText(question, answer) });
  return { ok: true, sessionId };
}

/**
 * What is asked for in a thread is seen there, and kept: a server has to be given its secrets where it is set
 * up.
 */
function secretAnswer(found: readonly Found[]): { reason: string; errors: Record<string, string> } {
  const errors = Object.fromEntries(found.map(({ path }) => [path[0] ?? '', SECRET_ANSWER]));
  return { reason: SECRET_ANSWER, errors };
}

type Content = QuestionAnswer['content'];

/** What was given, in the types that were asked for; or what is wrong, by field. */
export function contentOf(
  fields: readonly QuestionField[],
  given: Given,
): { ok: true; content: Content } | { ok: false; errors: Record<string, string> } {
  const content: Content = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const texts = [given[field.name] ?? []].flat().flatMap((text) => text.trim() || []);
    if (texts.length === 0) {
      if (mayBeEmpty(field)) content[field.name] = [];
      else if (field.isRequired) errors[field.name] = NEEDED;
      continue;
    }
    const value = valueIn(field, texts);
    if (value === undefined) errors[field.name] = fieldProblem(field);
    else content[field.name] = value;
  }
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, content };
}

/** Whether a list that has to be there may have nothing in it. */
export const mayBeEmpty = ({ type, isRequired, atLeast = 0 }: QuestionField): boolean =>
  type === 'choices' && isRequired && atLeast === 0;

function valueIn(
  { type, choices = [], atLeast = 0, atMost = choices.length }: QuestionField,
  texts: readonly string[],
): Content[string] | undefined {
  const [text = ''] = texts;
  switch (type) {
    case 'text':
      return text;
    case 'number':
    case 'integer': {
      const number = Number(text.replace(',', '.'));
      const isRight = Number.isFinite(number) && (type === 'number' || Number.isInteger(number));
      return isRight ? number : undefined;
    }
    case 'yes_no':
      return text === 'yes' ? true : text === 'no' ? false : undefined;
    case 'choice':
      return choices.some(({ value }) => value === text) ? text : undefined;
    case 'choices': {
      const areThere = texts.every((item) => choices.some(({ value }) => value === item));
      return areThere && texts.length >= atLeast && texts.length <= atMost ? [...texts] : undefined;
    }
    default:
      return type satisfies never;
  }
}
