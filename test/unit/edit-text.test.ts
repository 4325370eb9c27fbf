import { describe, expect, test } from 'vitest';
import { editText as edited } from '../../src/parse-apart/parsers/edit-text.ts';
import { bytesOf, textOf } from '../../src/tools/sandbox/text-file.ts';

const CODE = 'def train():\n    model.fit(data)\n    return model\n\n\ndef test():\n    return model\n';

const editText = (text: string, before: string, after: string, isForAll: boolean) =>
  edited({ text, before, after, isForAll });

const made = (...args: Parameters<typeof editText>) => {
  const result = editText(...args);
  return result.ok ? result.text : result.reason;
};

describe('editText', () => {
  test('replaces what stands there exactly, once', () => {
    expect(made(CODE, 'model.fit(data)', 'model.fit(data, epochs=2)', false)).toContain(
      'fit(data, epochs=2)',
    );
    expect(editText(CODE, 'def test', 'def check', false)).toMatchObject({ note: 'at line 6' });
  });

  test('refuses what stands there several times, and says where', () => {
    expect(made(CODE, '    return model', '    return 1', false)).toContain('occurs 2 times (at lines 3, 7)');
    expect(made(CODE, '    return model', '    return 1', true)).not.toContain('return model');
  });

  test.each([
    ['indentation', 'def train():\n  model.fit(data)\n'],
    ['spaces at the ends of lines', 'def train():   \n    model.fit(data)  '],
    ['tabs', 'def train():\n\tmodel.fit(data)'],
    ['blank lines around', '\n\ndef train():\n    model.fit(data)\n\n'],
  ])('finds what differs in white space only: %s', (_name, before) => {
    expect(made(CODE, before, 'def train():\n    pass', false)).toBe(
      'def train():\n    pass\n    return model\n\n\ndef test():\n    return model\n',
    );
  });

  test('refuses what differs in white space and stands there twice', () => {
    expect(made('a = 1\nb = 2\na  = 1\n', 'a =  1', 'a = 3', false)).toContain(
      'occurs 2 times (at lines 1, 3)',
    );
  });

  test('says which line begins alike where nothing is the same', () => {
    expect(made(CODE, 'def train():\n    other()', 'x', false)).toContain('line 1 begins alike');
    expect(made(CODE, 'nowhere', 'x', false)).toBe('old_str does not occur in the file');
  });

  test('keeps the line endings of the file', () => {
    const windows = CODE.replaceAll('\n', '\r\n');
    expect(made(windows, 'def train():\n    model.fit(data)\n', 'def train():\n    pass\n', false)).toBe(
      windows.replace('model.fit(data)', 'pass'),
    );
    expect(made('a\r\nb\r\n', 'b', 'c\nd', false)).toBe('a\r\nc\r\nd\r\n');
  });

  test('is right at the very end, without a last line break', () => {
    expect(made('a\n  b', 'b ', 'c', false)).toBe('a\nc');
    expect(made('', 'b', 'c', false)).toContain('does not occur');
  });

  test('takes $ and other signs of patterns as they are', () => {
    expect(made('cost: $&', 'cost: $&', "cost: $1 $$ $'", false)).toBe("cost: $1 $$ $'");
  });

  test('refuses an empty text, and one that would change nothing', () => {
    expect(made(CODE, '', 'x', false)).toContain('old_str is empty');
    expect(made(CODE, 'x', 'x', false)).toContain('the same');
  });
});

describe('a text file', () => {
  test.each([
    ['UTF-8', Buffer.from('naïve – ☃')],
    ['UTF-8 with a mark', Buffer.from('\uFEFFnaïve')],
    ['UTF-16', Buffer.from('\uFEFFnaïve', 'utf16le')],
  ])('is written back as it was: %s', (_name, bytes) => {
    const file = textOf(bytes);
    expect(file?.text).toMatch(/^naïve/);
    expect(file && bytesOf(file)).toEqual(bytes);
  });

  test.each([
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1])],
    ['another encoding', Buffer.from([0x6e, 0x61, 0xef, 0x76, 0x65])],
  ])('is told from what is none: %s', (_name, bytes) => {
    expect(textOf(bytes)).toBeUndefined();
  });
});
