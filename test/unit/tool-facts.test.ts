import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { researchTool } from '../../src/agent/research/tool.ts';
import { allTools } from '../../src/cli/write-tools-doc.ts';
import type { TimedAnswer } from '../../src/llm/answer.ts';
import type { ModelClient } from '../../src/llm/client.ts';
import { statusOf } from '../../src/thread/view/status.ts';
import { perAccount } from '../../src/tools/per-account.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { ROOT } from '../support/root.ts';
import { ADA, assistant, call, exchange, snapshot, user, watch } from '../support/snapshots.ts';
import { askedBy, runTool, toolContext } from '../support/tool-context.ts';

/** A tool that no file of the program knows, with everything that a tool can say of itself. */
const newTool = (does: string) =>
  defineTool({
    name: 'brand_new',
    description: 'Looks at something, or changes it.',
    schema: z.strictObject({ what: z.enum(['look', 'change']), job: z.string().optional() }),
    isReadOnly: false,
    research: ({ what }) => what === 'look',
    sourceOf: ({ what }) => (what === 'look' ? 'https://new.example/page' : undefined),
    actsAsOwner: true,
    jobOf: ({ job }) => job,
    timeline: 'failures',
    summary: ({ what }) => what,
    asks: 'change',
    approval: async ({ what }) =>
      what === 'change' ? { title: 'Change it', facts: [], warnings: [], estimate: { usd: 0 } } : undefined,
    run: async ({ what }) => ({ kind: 'done', output: `${does}: ${what}` }),
  });

/** A model that makes these calls in one step, and reports in the next. */
function modelThatCalls(...calls: { name: string; arguments: object }[]) {
  const told: string[] = [];
  const answer = (parts: Partial<TimedAnswer>): TimedAnswer => ({
    text: '',
    reasoning: '',
    calls: [],
    isTruncated: false,
    usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
    model: 'm',
    firstTokenMs: 1,
    totalMs: 1,
    ...parts,
  });
  const model: ModelClient = {
    async complete({ messages }) {
      const results = messages.filter(({ role }) => role === 'tool');
      told.push(...results.map(({ content }) => String(content)));
      if (results.length > 0) return answer({ text: 'This is what I found.' });
      return answer({
        calls: calls.map((made, i) => ({
          providerId: `p${i}`,
          name: made.name,
          arguments: JSON.stringify(made.arguments),
        })),
      });
    },
  };
  return { model, told };
}

describe('a new tool needs no line anywhere but its own file and the catalogue', () => {
  test('to be one of the research assistant, for what only looks, and one of its sources', async () => {
    const { model, told } = modelThatCalls(
      { name: 'brand_new', arguments: { what: 'look' } },
      { name: 'brand_new', arguments: { what: 'change' } },
    );
    const research = researchTool({
      tools: [newTool('done')],
      model,
      modelOf: async () => 'm',
      factsOf: async () => ({ contextTokens: 200_000 }) as never,
      isOverBudget: async () => false,
      prompt: '',
      maxOutputCharacters: 1_000,
      maxReportCharacters: 40_000,
      maxSteps: 10,
      maxUsd: 1,
    });
    const report = await runTool([research], 'research', { task: 'find out about it' });
    expect(told).toEqual(['done: look', expect.stringContaining('only look-ups are possible')]);
    expect(report).toMatchObject({
      kind: 'done',
      output: 'This is what I found.\n\nRead for this:\n- https://new.example/page',
    });
  });

  test('to act under the account of whoever began the session, and of whoever a job belongs to', async () => {
    const own = { owner: ADA, account: 'ada-on-the-hub', tools: [newTool('as Ada')] };
    const tools = perAccount([newTool('as the bot')], async () => own);
    const asked = await askedBy(tools, 'brand_new', { what: 'change' });
    expect(asked).toMatchObject({
      owner: ADA,
      facts: [{ label: 'Runs as', value: 'ada-on-the-hub, the account of Ada' }],
    });
    const prepared = (args: object) => {
      const call = tools[0]?.prepare(JSON.stringify(args));
      if (!call?.ok) throw new Error('the arguments were refused');
      return call.call;
    };
    const run = (args: object, context = {}) => prepared(args).run({ ...toolContext, ...context });
    expect(await run({ what: 'change' }, { approved: asked })).toMatchObject({ output: 'as Ada: change' });
    expect(await run({ what: 'look' })).toMatchObject({ output: 'as the bot: look' });
    const watches = [watch({ jobId: 'j1', owner: ADA.id })];
    expect(await run({ what: 'look', job: 'j1' }, { watches })).toMatchObject({ output: 'as Ada: look' });
  });

  test('to stay out of the timeline unless it fails', () => {
    const timeline = createRegistry([newTool('done')]).timeline('brand_new');
    const lines = (kind: 'done' | 'failed') =>
      statusOf(
        snapshot({
          entries: [user('go'), assistant('')],
          toolCalls: [call({ name: 'brand_new', timeline, state: { kind, output: '', at: new Date(0) } })],
        }),
        exchange(),
      ).timeline;
    expect(lines('done')).toEqual([]);
    expect(lines('failed')).toMatchObject([{ kind: 'call', name: 'brand_new' }]);
  });

  test('because no file but its own has the name of a tool in it, but for what models and people are told, and what nobody is asked about', async () => {
    const files = ['src', 'adapters'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && file !== 'tools/unasked.ts') // the one table, to be looked over
        .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(join(ROOT, folder, file), 'utf8') })),
    );
    // The others (`read`, `edit` …) are common words, which stand for other things elsewhere.
    const names = (await allTools()).map(({ name }) => name).filter((name) => name.includes('_'));
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      const naming = files.filter(({ text }) => new RegExp(`['"]${name}['"]|\\b${name}: `).test(text));
      expect(
        naming.map(({ file }) => file),
        name,
      ).toHaveLength(1);
    }
  });
});
