import { expect, test } from 'vitest';
import { parseApart } from '../support/parse-apart.ts';

const { signal } = new AbortController();

async function read(notebook: unknown): Promise<string> {
  const parsed = await parseApart.parse('notebook', Buffer.from(JSON.stringify(notebook)), signal);
  return parsed.ok ? parsed.value : parsed.reason;
}

const CELLS = '# --- cell 1 (heading) ---\n## Training\n\n# --- cell 2 (code) ---\nprint(1)\n# printed: 1';

test('a notebook of before version 4 has its cells in worksheets, and is read', async () => {
  const cells = [
    { cell_type: 'heading', level: 2, source: ['Training'] },
    { cell_type: 'code', input: ['print(1)'], outputs: [{ output_type: 'stream', text: ['1\n'] }] },
  ];
  expect(
    await read({ nbformat: 3, worksheets: [{ cells: cells.slice(0, 1) }, { cells: cells.slice(1) }] }),
  ).toBe(CELLS);
  expect(await read({ nbformat: 3, worksheets: [{ metadata: {} }] })).toBe('(a notebook without cells)');
});

test('a cell that lacks its text keeps none of the others from being read', async () => {
  const cells = [{ cell_type: 'markdown' }, { cell_type: 'code', source: 'x = 1', outputs: [] }];
  expect(await read({ nbformat: 4, cells })).toBe(
    '# --- cell 1 (markdown) ---\n\n\n# --- cell 2 (code) ---\nx = 1',
  );
});

test('what is no notebook stays as it is', async () => {
  expect(await read({ worksheets: 3 })).toBe('{"worksheets":3}');
});

test('what its cells gave is told: tables, errors without colours, and that a picture is there', async () => {
  const outputs = [
    { output_type: 'stream', name: 'stdout', text: 'loss ' },
    { output_type: 'stream', name: 'stdout', text: ['0.5'] },
    { output_type: 'execute_result', data: { 'text/plain': ['   a\n', '0  1'], 'text/html': '<table>' } },
    { output_type: 'display_data', data: { 'image/png': 'iVBO', 'text/plain': '<Figure>' } },
    {
      output_type: 'error',
      ename: 'ValueError',
      evalue: 'bad',
      traceback: ['\u001b[0;31mTraceback\u001b[0m', 'ValueError: bad'],
    },
  ];
  expect(await read({ nbformat: 4, cells: [{ cell_type: 'code', source: ['f()'], outputs }] })).toBe(
    [
      '# --- cell 1 (code) ---\nf()\n# printed: loss 0.5\n#    a\n# 0  1\n# <Figure>',
      '# [a picture (image/png), which is not shown]\n# error ValueError: bad\n# Traceback\n# ValueError: bad',
    ].join('\n'),
  );
});

test('a cell that is not as it should be keeps none of the others from being read', async () => {
  const cells = [
    { source: 3, outputs: 'none' },
    { cell_type: 'code', source: 'x = 1' },
  ];
  expect(await read({ nbformat: 4, cells })).toBe(
    '# --- cell 1 (raw) ---\n\n\n# --- cell 2 (code) ---\nx = 1',
  );
});
