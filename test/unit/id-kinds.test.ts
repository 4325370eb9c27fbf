import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { allTools } from '../../src/cli/write-tools-doc.ts';
import { ownRepositories } from '../../src/hub/own-repositories.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { withoutOwnRepositories } from '../../src/tools/without-own-repositories.ts';
import { OF_ACTIONS, OF_COMMANDS, OF_FORMS, OF_OPERATIONS, OF_TOOLS, TRIED } from '../support/id-kinds.ts';
import { ROOT } from '../support/root.ts';

const tools = await allTools();

type Property = { type?: string | string[]; enum?: unknown[]; const?: unknown };

/** Choices out of a list, figures and switches name nothing. `number` of a pull request is within its id. */
const isPlain = ({ type, enum: choices }: Property): boolean =>
  choices !== undefined || ['integer', 'number', 'boolean'].includes(String(type));

describe('every kind of id', () => {
  test('that a tool takes is known', () => {
    const taken = tools.flatMap(({ name, parameters }) =>
      Object.entries((parameters.properties ?? {}) as Record<string, Property>)
        .filter(([, property]) => !isPlain(property))
        .map(([property]) => `${name}.${property}`),
    );
    expect(taken.sort()).toEqual(Object.keys(OF_TOOLS).sort());
  });

  test('that belongs to somebody is taken somewhere, and tried out of another workspace', () => {
    const kinds = [OF_TOOLS, OF_ACTIONS, OF_FORMS, OF_COMMANDS, OF_OPERATIONS].flatMap(Object.values);
    for (const [kind, [file, words]] of Object.entries(TRIED)) {
      expect(kinds).toContain(kind);
      const path = join(ROOT, 'test', `${file}.test.ts`);
      expect(existsSync(path), path).toBe(true);
      expect(readFileSync(path, 'utf8')).toContain(words);
    }
  });
});

describe('a repository of the bot itself', () => {
  const NAMES = [
    'ada/ml-intern-0f3a9b2c-s_00ff00ff00ff00ff00ff',
    'ADA/ML-Intern-0f3a9b2c-S_00FF00ff00ff00ff00ff',
    'ada/ml-intern-sessions',
    'Ada/ML-Intern-Sessions',
    'other/ml-intern-sessions',
    'ada/jobs-artifacts',
  ];
  const RIGHT: Readonly<Record<string, object>> = {
    hf_repo_files: { operation: 'list' },
    hf_repo_git: { operation: 'list_refs' },
    hub_repo_details: { kind: 'dataset' },
    hf_jobs: { operation: 'run', script: 'print(1)' },
    hf_dataset_push: { path: 'a.csv' },
  };
  const taking = Object.entries(OF_TOOLS).filter(([, kind]) => kind === 'repository of the bot itself');

  test.each(taking)('is refused by %s before anything is looked up or asked', (argument) => {
    const [tool = '', name = ''] = argument.split('.');
    const prepared = (value: string) =>
      tools
        .find((one) => one.name === tool)
        ?.prepare(JSON.stringify({ kind: undefined, ...RIGHT[tool], [name]: value }));
    expect(prepared('ada/ml-intern-model'), 'what only looks like one').toMatchObject({ ok: true });
    for (const value of NAMES) {
      expect(prepared(value), value).toMatchObject({
        ok: false,
        error: expect.stringContaining('bot’s own'),
      });
    }
    if (tool === 'hf_dataset_push') expect(prepared('ml-intern-sessions')).toMatchObject({ ok: false });
  });

  test('may be what a folder of a sandbox is called', () => {
    const path = 'out/ml-intern-sessions/a.csv';
    for (const [tool, args] of [
      ['bash', { command: `ls ${path}` }],
      ['read', { path }],
      ['write', { path, content: '' }],
      ['edit', { path, old_str: 'a', new_str: 'b' }],
      ['share_file', { path, comment: 'x' }],
    ] as const) {
      const prepared = tools.find(({ name }) => name === tool)?.prepare(JSON.stringify(args));
      expect(prepared, tool).toMatchObject({ ok: true });
    }
  });

  test('is refused however deep it stands, as an address, and by the name that the config has for it', () => {
    const echo = defineTool({
      name: 'echo',
      description: 'Says it again.',
      schema: z.object({ a: z.array(z.object({ b: z.array(z.string().nullable()) })) }),
      isReadOnly: true,
      summary: () => '',
      run: async () => ({ kind: 'done', output: '' }),
    });
    const [tool] = withoutOwnRepositories([echo], ownRepositories('Team/Kept-Threads'));
    const prepared = (value: string) => tool?.prepare(JSON.stringify({ a: [{ b: [null, value] }] }));
    for (const value of [
      'datasets/ada/ml-intern-sessions',
      'hf://datasets/ada/ml-intern-sessions@main/s1.jsonl',
      'https://huggingface.co/datasets/ada/ml-intern-sessions/raw/main/s1.jsonl?download=1',
      'spaces/ada/ml-intern-0f3a9b2c-s_00ff/app.py',
      'team/kept-threads',
      'datasets/Team/Kept-Threads/resolve/main/s1.jsonl',
    ])
      expect(prepared(value), value).toMatchObject({ ok: false });
    for (const value of ['ada/ml-intern', 'team/kept-threads-too', 'about ml-intern-sessions in words'])
      expect(prepared(value), value).toMatchObject({ ok: true });
  });
});
