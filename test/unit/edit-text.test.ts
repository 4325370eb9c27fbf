import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editText as edited } from '../../src/parse-apart/parsers/edit-text.ts';
import { plainSigns } from '../../src/parse-apart/parsers/fold-text.ts';
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

  test.each<[string, string, string, string, string]>([
    ['quotes', 'print(“loss”)\n', 'print("loss")', 'print("loss", 1)', 'print(“loss”, 1)\n'],
    ['apostrophes', "it’s a\nit's b\n", "it's a", "it's c", "it’s c\nit's b\n"],
    ['dashes', 'epochs 1–3 — all\n', 'epochs 1-3 - all', 'epochs 1-4 - all', 'epochs 1–4 — all\n'],
    ['spaces', 'a\u00a0= 1\u202f000\n', 'a = 1 000', 'b = 1 000', 'b\u00a0= 1\u202f000\n'],
    ['ends of lines', 'a\r\nb\nc\nd\n', 'a\nb', 'a\nx\nb', 'a\r\nx\nb\nc\nd\n'],
    ['a mark for feet', 'a 5′ board “x”\n', '5\' board "x"', '6\' board "x"', 'a 6′ board “x”\n'],
    [
      'lines that stay',
      '“a”\n“b”\n“c” – d\n“e”\n',
      '"a"\n"b"\n"c" - d\n"e"',
      'new\n"a"\n"c" - d\n"e", too',
      'new\n“a”\n“c” – d\n“e”, too\n',
    ],
  ])(
    'finds what differs in kinds of %s, and keeps the file’s own',
    (_name, text, before, after, expected) => {
      const result = editText(text, before, after, false);
      expect(result).toMatchObject({ ok: true, note: expect.stringContaining('differed') });
      expect(made(text, before, after, false)).toBe(expected);
    },
  );

  test('prefers what stands there exactly, and refuses what is alike in several places', () => {
    expect(made('x = “a”\nx = "a"\n', 'x = "a"', 'x = 1', false)).toBe('x = “a”\nx = 1\n');
    expect(made('x = “a”\ny\nx = „a‟\n', 'x = "a"', 'x = 1', false)).toContain(
      'occurs 2 times (at lines 1, 3)',
    );
    expect(made('x = “a”\ny\nx = „a‟\n', 'x = "a"', 'x = 1', true)).toBe('x = 1\ny\nx = 1\n');
  });

  test('finds what differs in white space and kinds of quotes at once, and says so', () => {
    const result = editText(
      'def f():\n    return “a”\n',
      'def f():\n  return "a"',
      'def f():\n    pass',
      false,
    );
    expect(result).toMatchObject({
      text: 'def f():\n    pass\n',
      note: expect.stringContaining('white space and kinds of quotes'),
    });
  });

  test('says so where nothing would change but signs that are alike', () => {
    expect(made('say “hi”\n', 'say "hi"', "say 'hi'", false)).toBe("say 'hi'\n");
    expect(made('say “hi” – x\n', 'say "hi" - x', 'say "hi" – x', false)).toContain('stands there already');
  });

  test('keeps every character that no change is about, whatever signs there are (property)', () => {
    const sign = fc.constantFrom('“', '”', '"', '’', "'", '–', '-', '\u00a0', ' ', '\n', '\r\n', 'a', 'b');
    const signs = (most: number) => fc.array(sign, { maxLength: most }).map((all) => all.join(''));
    fc.assert(
      fc.property(signs(30), signs(12), signs(30), (head, inner, rest) => {
        const [own, tail] = [`KEY${inner}END`, rest];
        const before = plainSigns(own).replaceAll('\r\n', '\n');
        const text = head + own + tail;
        const result = editText(text, before, before.replace('END', 'DONE'), false);
        expect(result).toMatchObject({ ok: true });
        expect(result.ok && result.text).toBe(head + own.replace('END', 'DONE') + tail);
      }),
      { numRuns: 2_000 },
    );
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
