import { describe, expect, test } from 'vitest';
import { DIALOGS as DISCORD } from '../../adapters/discord/forms.ts';
import { TRAITS } from '../../adapters/discord/traits.ts';
import { DIALOGS as SLACK } from '../../adapters/slack/forms.ts';
import { traitsOf } from '../../adapters/slack/traits.ts';
import { contentOf } from '../../src/approvals/questions.ts';
import { answerForm } from '../../src/controller/forms.ts';
import type { Traits } from '../../src/controller/traits.ts';
import type { QuestionField } from '../../src/session/tool-calls.ts';
import { elicited } from '../../src/tools/mcp/elicitation.ts';
import { Modal } from '../doubles/discord/rules.ts';
import { parseModal } from '../doubles/slack/rules.ts';

const field = (type: QuestionField['type'], over: Partial<QuestionField> = {}): QuestionField => ({
  name: 'x',
  label: 'X',
  type,
  isRequired: false,
  ...over,
});
const choices = [{ value: 'a', label: 'A' }];
const several = {
  choices: ['a', 'b', 'c'].map((value) => ({ value, label: value })),
  atLeast: 1,
  atMost: 2,
};

describe('what is given becomes what was asked for', () => {
  test.each<[QuestionField, string | string[] | undefined, unknown]>([
    [field('text'), ' words ', { x: 'words' }],
    [field('text'), undefined, {}],
    [field('number'), '1,5', { x: 1.5 }],
    [field('integer'), '42', { x: 42 }],
    [field('yes_no'), 'no', { x: false }],
    [field('choice', { choices }), 'a', { x: 'a' }],
    [field('choices', several), ['a', 'c'], { x: ['a', 'c'] }],
    [field('choices', several), [], {}],
    [field('choices', { choices, isRequired: true }), [], { x: [] }],
  ])('%j given %s', (asked, given, content) => {
    expect(contentOf([asked], { x: given })).toEqual({ ok: true, content });
  });

  test.each<[QuestionField, string | string[], string]>([
    [field('text', { isRequired: true }), ' ', 'needed'],
    [field('number'), 'many', 'number'],
    [field('integer'), '1.5', 'whole number'],
    [field('yes_no'), 'perhaps', 'yes or no'],
    [field('choice', { choices }), 'b', 'Pick one'],
    [field('choices', several), ['a', 'b', 'c'], 'Pick 1 to 2'],
    [field('choices', { choices }), ['b'], 'Pick some'],
    [field('choices', { ...several, isRequired: true }), [], 'needed'],
  ])('%j given %s is refused', (asked, given, problem) => {
    expect(contentOf([asked], { x: given })).toMatchObject({
      ok: false,
      errors: { x: expect.stringContaining(problem) },
    });
  });
});

test('both platforms ask for several of a list in their own kind of menu', () => {
  const asked = { ...several, name: 'fish', initial: ['b'], isRequired: true };
  const question = { id: 'q1', from: 'srv', text: 'Which?', fields: [field('choices', asked)] };
  const form = (traits: Traits) => {
    const made = answerForm({ toolCallId: 'c1', questionId: 'q1' }, question, traits);
    if (made === undefined) throw new Error('there is no room for it');
    return made;
  };
  const inSlack = SLACK.print(
    form(traitsOf('https://team.slack.com/', { name: async (id) => id, groupName: async (id) => id })),
    {
      channel: 'C0ML',
    },
  );
  expect(parseModal(inSlack)).toBeDefined();
  expect(inSlack.blocks).toContainEqual(
    expect.objectContaining({
      optional: false,
      element: expect.objectContaining({ type: 'multi_static_select', max_selected_items: 2 }),
    }),
  );
  const onDiscord = Modal.parse(DISCORD.print(form(TRAITS), undefined));
  expect(onDiscord.components[0]?.component).toMatchObject({ max_values: 2 });
});

describe('a question of a server goes to the one thread whose call it can belong to', () => {
  const question = {
    message: 'Which?',
    requestedSchema: {
      type: 'object' as const,
      properties: {
        name: { type: 'string' as const },
        many: {
          type: 'array' as const,
          items: { anyOf: [{ const: 'a', title: 'A' }] },
          minItems: 1,
          default: ['a'],
        },
        free: { type: 'array' as const, items: { type: 'object' } } as never,
      },
      required: ['name'],
    },
  };
  const asking = (sessionId: string) => ({
    sessionId,
    ask: async () => ({
      action: 'accept' as const,
      content: { name: sessionId },
      by: { id: 'U1', name: 'Ada' },
    }),
  });

  test('of the only session that has a call', async () => {
    const active = new Set([asking('s1'), asking('s1')]);
    expect(await elicited('srv', question, active)).toEqual({ action: 'accept', content: { name: 's1' } });
  });

  test('with a list of what may be picked', async () => {
    const fields: QuestionField[] = [];
    const noting = {
      sessionId: 's1',
      ask: async (asked: { fields: QuestionField[] }) => {
        fields.push(...asked.fields);
        return asking('s1').ask();
      },
    };
    await elicited('srv', question, new Set([noting]));
    expect(fields).toEqual([
      field('text', { name: 'name', label: 'name', isRequired: true }),
      field('choices', {
        name: 'many',
        label: 'many',
        choices: [{ value: 'a', label: 'A' }],
        atLeast: 1,
        initial: ['a'],
      }),
    ]);
  });

  test('and to nobody where it could be another’s', async () => {
    expect(await elicited('srv', question, new Set([asking('s1'), asking('s2')]))).toEqual({
      action: 'cancel',
    });
    expect(await elicited('srv', question, new Set())).toEqual({ action: 'cancel' });
  });

  test('and is declined where it needs what no dialog can ask', async () => {
    const asked = { ...question, requestedSchema: { ...question.requestedSchema, required: ['free'] } };
    expect(await elicited('srv', asked, new Set([asking('s1')]))).toEqual({ action: 'decline' });
  });
});
