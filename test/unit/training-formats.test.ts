import { describe, expect, test } from 'vitest';
import { auditText } from '../../src/tools/dataset-audit.ts';
import { trainingFit } from '../../src/tools/training-formats.ts';

describe('a dataset fits', () => {
  test.each([
    [['messages'], 'SFT (conversations)'],
    [['text'], 'SFT (plain text)'],
    [['prompt', 'completion'], 'SFT (prompt and completion)'],
    [['prompt', 'chosen', 'rejected', 'score'], 'DPO, ORPO, CPO and reward models (preference), by'],
    [['chosen', 'rejected'], 'DPO and reward models (preference with an implicit prompt)'],
    [['prompt', 'completion', 'label'], 'KTO (unpaired preference)'],
    [['prompt'], 'GRPO, RLOO and online DPO (prompts alone)'],
    [['prompt', 'completions', 'labels'], 'PRM (stepwise supervision)'],
  ])('%j by what its columns are for', (columns, expected) => {
    expect(trainingFit(columns)).toContain(`Fits without changes: ${expected}`);
  });

  test('the nearest form alone: preferences are no prompts for GRPO', () => {
    expect(trainingFit(['prompt', 'chosen', 'rejected'])).not.toContain('GRPO');
    expect(trainingFit(['prompt', 'completion', 'label'])).not.toContain('SFT');
  });

  test.each([
    [['conversations', 'id'], 'ShareGPT', '"messages"'],
    [['instruction', 'input', 'output'], 'Alpaca', 'row["instruction"]'],
    [['question', 'answer'], 'question and answer', 'row["answer"]'],
    [['problem', 'solution'], 'problem and solution', '"completion": row["solution"]'],
  ])('%j after a conversion that it is told', (columns, name, code) => {
    const said = trainingFit(columns);
    expect(said).toContain('Fits no trainer of TRL as it is');
    expect(said).toContain(`the form of ${name}`);
    expect(said).toContain(code);
  });

  test('a classifier by its labels', () => {
    expect(trainingFit(['text', 'label'])).toContain('sequence classifier');
  });
});

describe('an audit of rows', () => {
  const said = (role: string) => ({ role, content: 'x' });

  test('counts what is there twice, and says over how many rows', () => {
    expect(auditText([{ a: 1 }, { a: 1 }, { a: 2 }])).toBe('Among the first 3 rows 1 repeats another.');
    expect(auditText([{ a: 1 }])).toBe('Among the first 1 row none repeats another.');
    expect(auditText([])).toBe('');
  });

  test('tells who speaks in which order, the most common first', () => {
    const rows = [
      { id: 1, messages: [said('system'), said('user'), said('assistant')] },
      { id: 2, messages: [said('user'), said('assistant')] },
      { id: 3, messages: [said('user'), said('assistant')] },
      { id: 4, messages: [said('user'), said('assistant'), said('user'), said('assistant')] },
    ];
    expect(auditText(rows)).toContain(
      'Roles in `messages`: user → assistant (2×), system → user → assistant (1×), user → assistant → user → … assistant (1×).',
    );
    expect(
      auditText([
        {
          conversations: [
            { from: 'human', value: 'x' },
            { from: 'gpt', value: 'y' },
          ],
        },
      ]),
    ).toContain('Roles in `conversations`: human → gpt (1×)');
  });

  test('leaves out what is no conversation', () => {
    expect(auditText([{ prompt: 'x', messages: [1, null] }])).not.toContain('Roles');
  });
});
