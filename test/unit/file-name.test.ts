import { describe, expect, test } from 'vitest';
import { placed } from '../../src/intake/attachments.ts';
import { fittingName, tooLongName } from '../../src/lib/file-name.ts';

const bytes = (text: string) => Buffer.byteLength(text);

describe('a name of a file', () => {
  test.each(['data.csv', 'a', '.csv', 'ünï – code.tar.gz', `${'n'.repeat(251)}.csv`])(
    'stays what it is where a folder takes it: %s',
    (name) => expect(fittingName(name)).toBe(name),
  );

  test('is cut to 255 bytes, not characters, between letters and before its ending', () => {
    expect(fittingName(`${'Ж'.repeat(135)}.csv`)).toBe(`${'Ж'.repeat(125)}.csv`);
    expect(fittingName('漢'.repeat(200))).toBe('漢'.repeat(85));
    expect(fittingName(`${'n'.repeat(300)}.tar.gz`)).toBe(`${'n'.repeat(248)}.tar.gz`);
    const flags = fittingName(`${'🇩🇪'.repeat(60)}.txt`);
    expect(flags).toBe(`${'🇩🇪'.repeat(31)}.txt`);
    expect(bytes(fittingName(`${'e\u0301'.repeat(200)}.md`, '-2'))).toBeLessThanOrEqual(255);
  });

  test('has its number before its ending, in whatever room there is', () => {
    expect(fittingName('data.csv', '-2')).toBe('data-2.csv');
    expect(fittingName('data', '-2')).toBe('data-2');
    expect(fittingName(`${'n'.repeat(300)}.csv`, '-2')).toBe(`${'n'.repeat(249)}-2.csv`);
  });

  test('of a path is named where it is too long', () => {
    expect(tooLongName('a/b/ünï.csv')).toBeUndefined();
    expect(tooLongName(`a/${'Ж'.repeat(128)}/b`)).toBe('Ж'.repeat(128));
  });

  test('that people attached never has more bytes than a folder takes, and meets no other', () => {
    const name = `${'Ж'.repeat(135)}.csv`;
    const file = (id: string) => ({ id, name, bytes: Buffer.from('x') });
    const paths = placed([file('1'), file('2'), file('3')], new Set()).map(({ path }) => path);
    expect(new Set(paths).size).toBe(3);
    for (const path of paths) expect(tooLongName(path)).toBeUndefined();
    expect(paths[2]).toMatch(/-3\.csv$/);
  });
});
