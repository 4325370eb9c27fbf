import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';
import { gather, nothingWritten, writtenIn } from '../support/written-twice.ts';

/*
 * What platforms do alike stands in adapters/shared: an adapter says what its platform alone knows. A
 * function that two have by one name is a sign that something was written twice; one that does the same to
 * the letter, a text of both, or lines of both, is written twice.
 */

/** Functions that two platforms have by one name, and why each of them is its platform's own. */
const OWN: Readonly<Record<string, string>> = {
  aboutOf: 'what a dialog of Slack’s is about; the facts beside a message at the terminal',
  beginner: 'writes a command’s request where its thread begins: a message in Slack, a thread in Discord',
  blocksOf: 'a part of a card as blocks of Slack’s; a block of markdown as a node of the page’s tree',
  buttonOf: 'one button, as a block of Slack’s or a component of Discord’s',
  feedbackButtons: 'Slack has an element for them, the page a row of buttons',
  inlineOf: 'text within a line, as elements of Slack’s or nodes of the page’s',
  isSame: 'compares secrets on the page, calls of tools at the terminal',
  listen: 'which events tell of messages',
  listenToCommands: 'which events tell of commands',
  listenToReopenings: 'which events say that a place takes something again',
  menuOf: 'a menu of a dialog of Slack’s; a menu of a message of the page’s',
  message: 'a message as each board has it',
  needs: 'what each platform lacks that was begun to be set up',
  offered: 'a file that Discord has; a file that was sent with the page’s request',
  outcomeOf: 'what became of a dialog; how a request at the terminal ends',
  partsOf: 'an id of Discord’s; a piece of markdown',
  plain: 'text without a meaning, in each platform’s own form',
  plainText: 'an object of Slack’s; what a terminal can show',
  printed: 'a message of a view, as each board has it',
  readable: 'how mentions and links are written in messages',
  row: 'a row of Discord’s components; a row of a table in markdown',
  say: 'posts hello on Discord; hands on what was written on the page and at the terminal',
  send: 'to Discord; to a browser that reads slowly',
  shown: 'pieces of a message, as each platform has them',
  subjectOf: 'what a dialog is about; what a card is about',
  tableOf: 'a table of Slack’s blocks as text; a table of markdown as a node',
  text: 'a node of the page’s tree; what an event of the terminal’s says',
  titled: 'a title in each platform’s own form',
  whoIs: 'what is known of people',
  within: 'a thread, with what reaches it',
  written: 'what a message has, as the flow of all platforms takes it',
  writtenAt: 'how ids of messages tell the time',
};

const folders = globSync('adapters/*/', { cwd: ROOT }).map((folder) =>
  folder.replace(/^adapters\/|\/$/g, ''),
);
const all = new Map(folders.map((name) => [name, writtenIn(join('adapters', name))]));
const pairs = folders.flatMap((one, i) => folders.slice(i + 1).map((other) => [one, other] as const));

const both = (one: string, other: string, what: keyof ReturnType<typeof nothingWritten>): string[] =>
  [...(all.get(one)?.[what] ?? [])].filter((text) => all.get(other)?.[what].has(text)).sort();

describe('what is written twice', () => {
  test('is found however it is written', () => {
    const code = `
      import { x } from 'a module with a long name';
      export function a() {}
      const b = async () => { const inner = () => 1; };
      export const c = ((x: string) => x) satisfies object;
      class D { e() { return [this.one, this.other, this.third].join(', '); } static f = 1; constructor() {} }
      const g = { h() {}, i: 'a text of some words', j: \`a text with \${x} in it\` };
      type T = 'a type with a long name';
    `;
    const found = nothingWritten();
    gather(code, found);
    expect([...found.functions]).toEqual(['a', 'b', 'inner', 'c', 'D']);
    expect([...found.bodies]).toEqual(["{return[this.one,this.other,this.third].join(',');}"]);
    expect([...found.texts]).toEqual(['a text of some words', 'a text with … in it']);
    expect(found.runs.size).toBeGreaterThan(0);
  });

  test('every adapter is looked at', () => {
    expect(folders.sort()).toEqual(['discord', 'shared', 'slack', 'terminal', 'web']);
    for (const { functions, texts } of all.values()) {
      expect(functions.size).toBeGreaterThan(10);
      expect(texts.size).toBeGreaterThan(10);
    }
  });

  test('no two platforms have more than ten functions of one name, each with a reason to be its own', () => {
    const named = pairs
      .filter((pair) => !pair.includes('shared'))
      .map(([one, other]) => ({ pair: `${one} and ${other}`, names: both(one, other, 'functions') }));
    expect(named.filter(({ names }) => names.length > 10)).toEqual([]);
    const names = new Set(named.flatMap((one) => one.names));
    expect([...names].sort()).toEqual(Object.keys(OWN).sort());
  });

  test.each(['bodies', 'texts', 'runs'] as const)('no two folders have %s of one wording', (what) => {
    const twice = pairs.flatMap(([one, other]) =>
      both(one, other, what).map((text) => `${one} and ${other}: ${text}`),
    );
    expect(twice).toEqual([]);
  });
});
