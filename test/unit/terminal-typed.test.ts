import { describe, expect, test } from 'vitest';
import { cardText, keyed } from '../../adapters/terminal/cards.ts';
import type { Body } from '../../adapters/terminal/messages.ts';
import { commandsHelp, completions, typed } from '../../adapters/terminal/slash-commands.ts';
import { commandOf } from '../../src/intake/commands.ts';
import { ADA } from '../support/snapshots.ts';

describe('a line that somebody types', () => {
  test.each([
    ['', { kind: 'nothing' }],
    ['fine-tune it', { kind: 'say', text: 'fine-tune it' }],
    ['/yolo $5', { kind: 'say', text: 'yolo $5' }],
    ['/STOP', { kind: 'say', text: 'stop' }],
    ['/jobs', { kind: 'ask', text: 'jobs' }],
    ['/sessions', { kind: 'own', name: 'sessions' }],
    ['/constructor', { kind: 'unknown', name: 'constructor' }],
    ['/etc/passwd is what I mean', { kind: 'say', text: '/etc/passwd is what I mean' }],
  ])('%j is what it is', (line, meant) => {
    expect(typed(line)).toEqual(meant);
  });

  test('is completed to the commands that it may become', () => {
    expect(completions('/st')).toEqual([['/stop', '/status'], '/st']);
    expect(completions('/x')).toEqual([[], '/x']);
    expect(completions('stop')).toEqual([[], 'stop']);
  });

  test('that is a command of threads is one for the bot, too', () => {
    const all = commandsHelp().match(/^\/[a-z]+/gm) ?? [];
    const said = all.map(typed).flatMap((one) => (one.kind === 'say' ? [one.text] : []));
    expect(said.length).toBeGreaterThan(8);
    for (const words of said) expect(commandOf(words, ADA), words).toBeDefined();
  });
});

describe('a card on a terminal', () => {
  const card = (labels: string[], text = 'Run a job'): Body => ({
    headline: text,
    isCalling: false,
    pieces: [
      { kind: 'text', text },
      { kind: 'code', text: 'a\nb' },
      { kind: 'buttons', buttons: labels.map((label) => ({ label, name: label, values: ['c1:0'] })) },
    ],
    about: { kind: 'other' },
  });

  test('has a key for each button, the first letter that is free', () => {
    const keys = keyed(card(['Approve', 'Reject', 'Retry', 'Approve all', '']));
    expect(keys.map(({ key, label }) => [key, label])).toEqual([
      ['a', 'Approve'],
      ['r', 'Reject'],
      ['e', 'Retry'],
      ['p', 'Approve all'],
      ['1', ''],
    ]);
    expect(cardText(card(['Approve', 'Reject']))).toBe('Run a job\n  | a\n  | b\n[a] Approve  [r] Reject');
  });

  test('moves no cursor, whatever stands on it', () => {
    const text = cardText(card(['Appr\u001b[2Jove'], '\u001b]52;c;eA==\u0007\u202e\u009b2Jx'));
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});
