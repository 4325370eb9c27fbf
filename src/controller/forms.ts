import { z } from 'zod';
import type { Seen } from '../approvals/decide.ts';
import type { OpenCall } from '../approvals/open-calls.ts';
import { AskedQuestion, mayBeEmpty } from '../approvals/questions.ts';
import { wholeBeginning } from '../lib/cut.ts';
import { ChannelRules } from '../session/channel-rules.ts';
import type { OfferedFile } from '../session/store/incoming.ts';
import type { Question, QuestionField } from '../session/tool-calls.ts';
import { TOKEN_HELP } from '../thread/view/words.ts';
import {
  ASKED,
  CONFIGURED,
  channelTitle,
  DAY_BUDGET,
  FILE_INSTEAD,
  ONLY_PEOPLE,
  SAVING,
  WRONG_BUDGET,
} from '../thread/words/forms.ts';
import type { Calls, Half } from './actions.ts';
import { type Choice, channelMenus, MORE_COMMANDS, sessionMenus, usdIn } from './menus.ts';
import type { Traits } from './traits.ts';

/** What a form is about. It travels with the form and comes back with what was given. */
export const Subject = z.discriminatedUnion('form', [
  z.object({
    form: z.literal('reject'),
    calls: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('seen'),
        calls: z.array(z.object({ toolCallId: z.string(), revision: z.int() })),
      }),
      z.object({ kind: z.literal('all'), mark: z.string() }),
    ]),
  }),
  z.object({ form: z.literal('script'), toolCallId: z.string() }),
  z.object({ form: z.literal('why'), messageId: z.int() }),
  z.object({ form: z.literal('session') }),
  z.object({ form: z.literal('channel'), half: z.enum(['work', 'people']).optional() }),
  z.object({ form: z.literal('answer'), asked: AskedQuestion }),
  z.object({ form: z.literal('token') }),
  /** A question about a message: the message itself as it was quoted, or the platform's id of it. */
  z.object({ form: z.literal('ask'), quote: z.string().optional(), messageId: z.string().optional() }),
]);
export type Subject = z.infer<typeof Subject>;

type Named = { name: string; label: string; hint?: string | undefined };

export type Field = Named &
  (
    | { kind: 'text'; isLong: boolean; isRequired: boolean; initial?: string | undefined }
    /** One of these, or several of them; nothing where that is not required. */
    | {
        kind: 'choices';
        choices: readonly Choice[];
        chosen: readonly string[];
        atMost: number;
        isRequired: boolean;
        /** Shown where nothing is chosen. */
        nothing?: string;
      }
    | { kind: 'people'; chosen: readonly string[] }
    | { kind: 'files'; atMost: number; isRequired: boolean }
  );

/**
 * A form that one person is shown. Its title is short; a platform with more room may show `intro` above the
 * fields.
 */
export type Form = {
  subject: Subject;
  title: string;
  submit: string;
  close?: string;
  intro?: string;
  fields: readonly Field[];
};

/** What a form was sent off with, by the names of its fields. */
export type Given = {
  values: Readonly<Record<string, string | readonly string[] | undefined>>;
  files: readonly OfferedFile[];
};

/** The one text of forms that ask for one. */
const TEXT = 'text';
export const FILES = 'files';

export const textOf = ({ values }: Given, name = TEXT): string => {
  const value = values[name];
  return typeof value === 'string' ? value : '';
};

const pickedOf = ({ values }: Given, name: string): string | undefined => {
  const value = values[name];
  return (typeof value === 'string' ? value : value?.[0]) || undefined;
};

const text = (label: string, hint?: string): Field => ({
  kind: 'text',
  name: TEXT,
  label,
  hint,
  isLong: true,
  isRequired: false,
});

/** Asks for the reason of a rejection. */
export function rejectForm(calls: Calls, undecided: readonly Seen[]): Form {
  const many = undecided.length > 1 ? ` ${undecided.length} calls` : '';
  const subject: Subject = {
    form: 'reject',
    calls: calls.kind === 'all' ? calls : { kind: 'seen', calls: [...undecided] },
  };
  return {
    subject,
    title: `Reject${many}`,
    submit: 'Reject',
    close: 'Back',
    fields: [text(ASKED.reject.label, ASKED.reject.hint)],
  };
}

/**
 * Shows a script for changing, or a place for a file that takes its place. Sending it off saves the change
 * alone.
 */
export function scriptForm({ toolCallId, request }: OpenCall, script: string | undefined): Form {
  const fields: Field[] =
    script === undefined
      ? [{ kind: 'files', name: FILES, label: 'The changed file', hint: SAVING, atMost: 1, isRequired: true }]
      : [
          {
            kind: 'text',
            name: TEXT,
            label: 'Script',
            hint: SAVING,
            isLong: true,
            isRequired: true,
            initial: script,
          },
          { kind: 'files', name: FILES, label: FILE_INSTEAD, atMost: 1, isRequired: false },
        ];
  return {
    subject: { form: 'script', toolCallId },
    title: script === undefined ? 'Change the script' : 'View / edit script',
    submit: 'Save',
    intro: request.title,
    fields,
  };
}

/** Asks what was wrong with an answer. */
export const whyForm = (messageId: number): Form => ({
  subject: { form: 'why', messageId },
  title: 'What went wrong?',
  submit: 'Send',
  close: 'Skip',
  fields: [text(ASKED.why.label, ASKED.why.hint)],
});

/** Asks what about a message that somebody pointed at. */
export const askForm = (subject: Extract<Subject, { form: 'ask' }>): Form => ({
  subject,
  title: 'Ask ML Intern',
  submit: 'Ask',
  fields: [
    text(ASKED.about.label, ASKED.about.hint),
    { kind: 'files', name: FILES, label: 'Files for it', atMost: 10, isRequired: false },
  ],
});

/** Asks for a token of the Hub. */
export const tokenForm = (): Form => ({
  subject: { form: 'token' },
  title: 'Hugging Face account',
  submit: 'Sign in',
  fields: [{ kind: 'text', name: TEXT, label: 'Token', hint: TOKEN_HELP, isLong: false, isRequired: true }],
});

/** Commands to choose from, by what they are about; nothing chosen changes nothing. */
export const sessionForm = (models: readonly string[]): Form => ({
  subject: { form: 'session' },
  title: 'This session',
  submit: 'Change',
  fields: [
    ...sessionMenus(models),
    {
      name: 'more',
      label: 'And',
      chosen: undefined,
      choices: [...MORE_COMMANDS],
    },
  ].map(({ name, label, choices }) => oneOf(name, label, choices, undefined)),
});

const oneOf = (
  name: string,
  label: string,
  choices: readonly Choice[],
  chosen: string | undefined,
  nothing = 'As it is',
): Field => ({
  kind: 'choices',
  name,
  label,
  choices,
  chosen: chosen === undefined ? [] : [chosen],
  atMost: 1,
  isRequired: false,
  nothing,
});

const YES_NO: readonly Choice[] = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];

/** The form in which a question is answered; undefined where it asks for more than one has room for. */
export function answerForm(asked: AskedQuestion, question: Question, { form }: Traits): Form | undefined {
  const shown = question.fields
    .toSorted((a, b) => Number(b.isRequired) - Number(a.isRequired))
    .slice(0, form.fields);
  if (question.fields.some((field) => field.isRequired && !shown.includes(field))) return undefined;
  const inOrder = question.fields.filter((field) => shown.includes(field));
  return {
    subject: { form: 'answer', asked },
    title: `${question.from} asks`,
    submit: 'Send',
    intro: question.text,
    fields: inOrder.map((field) => answerField(field, question.fields.indexOf(field))),
  };
}

/** The name under which a field of a question comes back: its own may be anything. */
export const answerName = (index: number): string => `field${index}`;

function answerField(field: QuestionField, index: number): Field {
  const { label, about, type, choices = [], initial = [], atMost = choices.length } = field;
  const named = { name: answerName(index), label, hint: about };
  const isRequired = field.isRequired && !mayBeEmpty(field);
  if (type === 'yes_no' || type === 'choice' || type === 'choices') {
    return {
      ...named,
      kind: 'choices',
      choices: type === 'yes_no' ? YES_NO : choices,
      chosen: type === 'choices' ? initial : initial.slice(0, 1),
      atMost: type === 'choices' ? atMost : 1,
      isRequired,
    };
  }
  return { ...named, kind: 'text', isLong: false, isRequired, initial: initial[0] };
}

/**
 * What holds in a channel; nothing chosen is as the config has it. In two halves where one form has no room
 * for all.
 */
export function channelForm(
  half: Half | undefined,
  rules: ChannelRules,
  { models, hasBudgets }: { models: readonly string[]; hasBudgets: boolean },
): Form {
  const work: Field[] = channelMenus(rules, models).map(({ name, label, choices, chosen }) =>
    oneOf(name, label, choices, chosen, CONFIGURED),
  );
  const instructions: Field = {
    kind: 'text',
    name: 'instructions',
    ...ASKED.instructions,
    isLong: true,
    isRequired: false,
    initial: rules.instructions,
  };
  const people: Field[] = [
    { kind: 'people', name: 'users', label: ONLY_PEOPLE, chosen: rules.users ?? [] },
    {
      kind: 'people',
      name: 'approvers',
      ...ASKED.approvers,
      chosen: rules.approvers ?? [],
    },
    ...(hasBudgets ? [dayBudget(rules)] : []),
  ];
  return {
    subject: { form: 'channel', ...(half ? { half } : {}) },
    title: channelTitle(half === 'people'),
    submit: 'Save',
    fields:
      half === 'people'
        ? people
        : half === 'work'
          ? [...work, instructions]
          : [...work, ...people, instructions],
  };
}

const dayBudget = ({ dayUsd }: ChannelRules): Field => ({
  kind: 'text',
  name: 'day_usd',
  label: DAY_BUDGET,
  isLong: false,
  isRequired: false,
  initial: dayUsd === undefined ? undefined : String(dayUsd),
});

type Rules =
  | { ok: true; rules: ChannelRules }
  | { ok: false; reason: string; errors: Record<string, string> };

/** What holds in a channel after a form was sent off; what the form did not ask for stays as it is. */
export function rulesGiven(half: Half | undefined, before: ChannelRules, given: Given): Rules {
  const people = (name: string) => {
    const value = given.values[name];
    const ids = typeof value === 'string' ? [value] : (value ?? []);
    return ids.length > 0 ? [...ids] : undefined;
  };
  const dayUsd = usdIn(textOf(given, 'day_usd').trim() || undefined);
  if (half !== 'work' && Number.isNaN(dayUsd)) {
    return { ok: false, reason: WRONG_BUDGET, errors: { day_usd: WRONG_BUDGET } };
  }
  const changed = {
    ...(half === 'people'
      ? {}
      : {
          model: pickedOf(given, 'model'),
          effort: pickedOf(given, 'effort'),
          replies: pickedOf(given, 'replies'),
          verbosity: pickedOf(given, 'verbosity'),
          instructions: wholeBeginning(textOf(given, 'instructions').trim(), 3_000) || undefined,
        }),
    ...(half === 'work' ? {} : { users: people('users'), approvers: people('approvers'), dayUsd }),
  };
  return { ok: true, rules: ChannelRules.parse({ ...before, ...changed }) };
}
