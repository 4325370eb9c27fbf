import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { sessions, toolCalls } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { Redactor } from '../ops/redaction.ts';
import type { Person } from './address.ts';
import { type ApproverPolicy, approversIn, isAmong, whoMay } from './approvers.ts';
import { circleOf } from './decisions.ts';
import { addMessage } from './record.ts';
import { sessionOf, toolCallOf } from './rows.ts';
import type { Question, QuestionAnswer, QuestionField } from './tool-calls.ts';

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
  redact: Redactor;
  policy: ApproverPolicy;
  render(sessionId: string): Promise<void>;
};

const OVER = 'This question is over.';

export function createQuestions({ db, redact, policy, render }: QuestionDeps): Questions {
  async function find({ toolCallId, questionId }: AskedQuestion, by: Person) {
    const [row] = await db
      .select()
      .from(toolCalls)
      .innerJoin(sessions, eq(sessions.id, toolCalls.sessionId))
      .where(eq(toolCalls.id, toolCallId));
    const { state, exchange } = row ? toolCallOf(row.tool_calls) : { state: undefined, exchange: 0 };
    const question = state?.kind === 'running' ? state.question : undefined;
    if (row === undefined || question?.id !== questionId) return { ok: false as const, reason: OVER };
    if (question.answer !== undefined) {
      return { ok: false as const, reason: `${question.answer.by.name} has answered this already.` };
    }
    const session = sessionOf(row.sessions);
    const approvers = await approversIn(policy, session.address);
    if (!(await isAmong({ ...policy, approvers }, await circleOf(db, session), by))) {
      return { ok: false as const, reason: whoMay(approvers, session.requester) };
    }
    return { ok: true as const, question, sessionId: session.id, exchange };
  }

  return {
    async open(asked, by) {
      const found = await find(asked, by);
      return found.ok ? { ok: true, question: found.question } : found;
    },
    async answer(asked, action, given, by) {
      const found = await find(asked, by);
      if (!found.ok) return found;
      const { question, sessionId, exchange } = found;
      const read =
        action === 'accept' ? contentOf(question.fields, given) : { ok: true as const, content: {} };
      if (!read.ok) return { ok: false, reason: 'Some of it can’t be taken.', errors: read.errors };
      const answer: QuestionAnswer = { action, content: read.content, by };
      const isFirst = await db.transaction(async (tx) => {
        const rows = await tx
          .update(toolCalls)
          .set({
            state: sql`jsonb_set(${toolCalls.state}, '{question,answer}', ${JSON.stringify(answer)}::jsonb)`,
          })
          .where(
            and(
              eq(toolCalls.id, asked.toolCallId),
              sql`${toolCalls.state}->>'kind' = 'running'`,
              sql`${toolCalls.state}->'question'->>'id' = ${question.id}`,
              sql`${toolCalls.state}->'question'->'answer' is null`,
            ),
          )
          .returning({ id: toolCalls.id });
        if (rows.length === 0) return false;
        await addMessage(tx, sessionId, exchange, { role: 'notice', text: redact(told(question, answer)) });
        return true;
      });
      if (isFirst) await render(sessionId);
      return isFirst ? { ok: true } : { ok: false, reason: OVER };
    },
  };
}

/** What stays in the thread of a question. */
function told({ from, text, fields }: Question, { action, content, by }: QuestionAnswer): string {
  const asked = `${from} asked: “${text.slice(0, 300)}”`;
  if (action === 'decline') return `${asked}\n${by.name} declined.`;
  const values = fields.flatMap(({ name, label }) =>
    content[name] === undefined ? [] : [`${label}: ${[content[name]].flat().join(', ').slice(0, 200)}`],
  );
  return [asked, `${by.name} answered${values.length > 0 ? `: ${values.join(', ')}` : '.'}`].join('\n');
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
      else if (field.isRequired) errors[field.name] = 'This is needed.';
      continue;
    }
    const value = valueIn(field, texts);
    if (value === undefined) errors[field.name] = problemOf(field);
    else content[field.name] = value;
  }
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, content };
}

/** Whether a list that has to be there may have nothing in it. */
export const mayBeEmpty = ({ type, isRequired, atLeast = 0 }: QuestionField): boolean =>
  type === 'choices' && isRequired && atLeast === 0;

const WRONG: Readonly<Record<QuestionField['type'], string>> = {
  text: 'This can’t be taken.',
  number: 'Write a number.',
  integer: 'Write a whole number.',
  yes_no: 'Say yes or no.',
  choice: 'Pick one of those that there are.',
  choices: 'Pick some of those that there are.',
};

function problemOf({ type, atLeast = 0, atMost }: QuestionField): string {
  if (type !== 'choices' || (atLeast === 0 && atMost === undefined)) return WRONG[type];
  return `Pick ${atMost === undefined ? `at least ${atLeast}` : `${atLeast} to ${atMost}`} of those that there are.`;
}

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
