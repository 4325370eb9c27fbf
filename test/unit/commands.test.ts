import { expect, test } from 'vitest';
import { usdIn } from '../../src/controller/menus.ts';
import { commandOf } from '../../src/intake/commands.ts';
import { Settings } from '../../src/session/settings.ts';
import { ADA } from '../support/snapshots.ts';

const NINES = '9'.repeat(400);

test.each([
  ['yolo $5', { kind: 'yolo', setting: { usd: 5 } }],
  ['yolo $7.50 usd', { kind: 'yolo', setting: { usd: 7.5 } }],
  ['yolo 0', { kind: 'yolo', setting: 'off' }],
  ['yolo $100000', { kind: 'yolo', setting: { usd: 100_000 } }],
  ['yolo 100001', { kind: 'wrong', problem: expect.stringContaining('more than $100,000') }],
  [`yolo $${NINES}`, { kind: 'wrong', problem: expect.stringContaining('yolo on') }],
  [`yolo ${NINES}`, { kind: 'wrong', problem: expect.stringContaining('yolo on') }],
  [`pings ${NINES}d`, { kind: 'pings', order: { kind: 'wrong' } }],
  [`model ${'m'.repeat(201)}`, { kind: 'wrong', problem: expect.stringContaining('200 characters') }],
  ['Approve.', { kind: 'decision', verdict: 'approved' }],
  ['reject', { kind: 'decision', verdict: 'rejected', feedback: undefined }],
  ['reject: use less data.', { kind: 'decision', verdict: 'rejected', feedback: 'use less data.' }],
  [`reject: ${NINES.repeat(8)}`, { kind: 'wrong', problem: expect.stringContaining('3,000 characters') }],
  ['model org/name', { kind: 'operation', operation: { kind: 'model', id: 'org/name' } }],
])('%.40s is answered for what it is', (text, expected) => {
  expect(commandOf(text, ADA)).toMatchObject(expected);
});

test('every sum that is taken can be written down and read again', () => {
  for (const text of ['yolo $0.00001', 'yolo $99999.99', `yolo $5.${NINES}`]) {
    const command = commandOf(text, ADA);
    const usd = command?.kind === 'yolo' && typeof command.setting === 'object' ? command.setting.usd : 0;
    const yolo = { kind: 'cap', usd, by: ADA, at: new Date() };
    expect(Settings.parse(JSON.parse(JSON.stringify({ yolo }))).yolo).toEqual(yolo);
  }
});

test.each([
  [undefined, undefined],
  ['20', 20],
  ['$7.50', 7.5],
  ['0', 0],
  ['-1', Number.NaN],
  ['100001', Number.NaN],
  [NINES, Number.NaN],
  ['much', Number.NaN],
])('a budget of %.20s is %s', (written, expected) => {
  expect(usdIn(written)).toEqual(expected);
});
