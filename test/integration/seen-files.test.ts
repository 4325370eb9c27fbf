import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Sandbox, Sandboxes } from '../../src/sandbox/sandbox.ts';
import { createReadFiles, type ReadFiles } from '../../src/session/store/read-files.ts';
import { editTool, readTool, writeTool } from '../../src/tools/sandbox/files.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { parseApart } from '../support/parse-apart.ts';
import { plainSandbox } from '../support/plain-sandbox.ts';
import { toolContext } from '../support/tool-context.ts';
import { useStorage } from '../support/use-storage.ts';

/* What a session has seen of files decides what it may replace. Commands run in a folder, not confined. */

let db: Db;
useStorage((storage) => {
  db = storage.db;
});

let folder: string;
let files: ReadFiles;
let sessionId: string;
let count = 0;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ml-intern-seen-'));
  files = createReadFiles(db);
  sessionId = `s_seen${count++}`;
  await newSession(sessionId);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function newSession(id: string): Promise<void> {
  await db.insert(sessions).values({
    ...{ id, platform: 'slack', workspace: 'T1', channel: 'C1', thread: id },
    requester: { id: 'U1', name: 'Ada' },
    state: { kind: 'idle' },
  });
}

const sandbox = plainSandbox(() => folder);
const sandboxes = { open: async () => sandbox } as unknown as Sandboxes;

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const at = (name: string) => readFileSync(join(folder, name), 'utf8');

type More = Partial<typeof toolContext>;
async function called(tool: Tool, args: object, more: More = {}): Promise<string> {
  const call = tool.prepare(JSON.stringify(args));
  if (!call.ok) throw new Error(call.error);
  const result = await call.call.run({ ...toolContext, sessionId, ...more });
  return 'output' in result ? `${result.kind}: ${result.output}` : result.kind;
}
const read = (path: string, more?: More) => called(readTool(sandboxes, files), { path }, more);
const write = (path: string, content: string, more?: More) =>
  called(writeTool({ sandboxes, apart: parseApart, files }), { path, content }, more);
const edit = (args: object) => called(editTool({ sandboxes, apart: parseApart, files }), args);

describe('a file that is there', () => {
  test('is not replaced before it was read, and the refusal says what to do', async () => {
    put('a.py', 'theirs\n');
    expect(await write('a.py', 'mine\n')).toMatch(
      /^failed: a\.py is there already, and you have not read it/,
    );
    expect(at('a.py')).toBe('theirs\n');
    expect(await read('a.py')).toContain('theirs');
    expect(await write('./a.py', 'mine\n')).toMatch(/^done: Wrote/);
    expect(at('a.py')).toBe('mine\n');
  });

  test('is not replaced once it has changed, and is after a new look', async () => {
    expect(await write('a.py', 'one\n')).toMatch(/^done/);
    expect(await write('a.py', 'two\n')).toMatch(/^done/); // what it wrote itself it knows
    put('a.py', 'by a command\n');
    expect(await write('a.py', 'three\n')).toContain('has changed since you saw it');
    expect(at('a.py')).toBe('by a command\n');
    await read('/work/../work/a.py').catch(() => ''); // another place, outside of this folder
    expect(await write('a.py', 'three\n')).toContain('has changed since you saw it');
    await read('a.py');
    expect(await write('a.py', 'three\n')).toMatch(/^done/);
  });

  test.each([
    ['is empty', ''],
    ['is what it is to become', 'mine\n'],
  ])('is written unread where it %s', async (_why, text) => {
    put('a.py', text);
    expect(await write('a.py', 'mine\n')).toMatch(/^done/);
  });

  test('that another session has read is not known to this one', async () => {
    put('a.py', 'theirs\n');
    await newSession(`${sessionId}_other`);
    await read('a.py', { sessionId: `${sessionId}_other` });
    expect(await write('a.py', 'mine\n')).toContain('you have not read it');
  });

  test('that the research assistant has read is not known to the session’s model', async () => {
    put('a.py', 'theirs\n');
    expect(await read('a.py', { isOfAssistant: true })).toContain('theirs');
    expect(await write('a.py', 'mine\n')).toContain('you have not read it');
  });

  test('is known after a restart: the record has it', async () => {
    put('a.py', 'theirs\n');
    await read('a.py');
    files = createReadFiles(db);
    expect(await write('a.py', 'mine\n')).toMatch(/^done/);
  });

  test('is written again where a process died while it wrote it', async () => {
    put('a.py', 'theirs\n');
    await read('a.py');
    const entries: unknown[] = [];
    const journal = { entries: async () => entries, append: async (one: unknown) => void entries.push(one) };
    const dies = { ...sandbox, run: dyingAfter('the first half') };
    const dying = writeTool({
      sandboxes: { open: async () => dies } as unknown as Sandboxes,
      apart: parseApart,
      files,
    });
    expect(await called(dying, { path: 'a.py', content: 'mine, whole\n' }, { journal })).toContain('died');
    expect(at('a.py')).toBe('the first half');
    expect(await write('a.py', 'mine, whole\n', { journal })).toMatch(/^done/);
    expect(at('a.py')).toBe('mine, whole\n');
  });
});

/** Runs what reads, and dies in the middle of what writes. */
const dyingAfter =
  (half: string): Sandbox['run'] =>
  async (argv, options) => {
    if (options.stdin === undefined) return sandbox.run(argv, options);
    put('a.py', half);
    throw new Error('the process died');
  };

describe('a change of a part', () => {
  test('needs no look at the file where it names what stands there once', async () => {
    put('a.py', 'lr = 1\nlr2 = 2\n');
    expect(await edit({ path: 'a.py', old_str: 'lr = 1', new_str: 'lr = 3' })).toMatch(/^done/);
    expect(at('a.py')).toBe('lr = 3\nlr2 = 2\n');
    // It has not seen the rest, and does not know it now.
    expect(await write('a.py', 'x\n')).toContain('you have not read it');
  });

  test('of every place needs a look at the file as it is', async () => {
    put('a.py', 'lr\nlr\n');
    const all = { path: 'a.py', old_str: 'lr', new_str: 'rate', replace_all: true };
    expect(await edit(all)).toContain('a.py is not known as it is now');
    expect(at('a.py')).toBe('lr\nlr\n');
    await read('a.py');
    expect(await edit(all)).toMatch(/^done/);
    expect(await edit({ ...all, old_str: 'rate', new_str: 'r' })).toMatch(/^done/); // what it made it knows
    put('a.py', 'r\nr\nr\n');
    expect(await edit({ ...all, old_str: 'r', new_str: 'q' })).toContain('it has changed since');
  });

  test('with other quotes, dashes and spaces than the file has is made, and a note says so', async () => {
    put('a.md', 'say “hi” – twice\r\nrest — “kept”\r\n');
    const done = await edit({
      path: 'a.md',
      old_str: 'say "hi" - twice\nrest',
      new_str: 'say "hi" - once\nrest',
    });
    expect(done).toMatch(/^done: .*kinds of quotes, dashes, spaces or ends of lines differed/);
    expect(at('a.md')).toBe('say “hi” – once\r\nrest — “kept”\r\n');
  });
});
