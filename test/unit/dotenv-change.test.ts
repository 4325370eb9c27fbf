import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDotEnv } from '../../src/config/dotenv.ts';
import { changedDotEnv } from '../../src/config/dotenv-change.ts';

const change = (text: string | Uint8Array, values: Record<string, string>) =>
  changedDotEnv(typeof text === 'string' ? Buffer.from(text) : text, '.env', values);

function changed(text: string, values: Record<string, string>): string {
  const made = change(text, values);
  if (!made.ok) throw new Error(made.problem);
  return made.text;
}

const TOKEN = { HF_TOKEN: 'hf_new' };

describe('a .env that is changed', () => {
  test.each([
    ['nothing yet', '', 'HF_TOKEN=hf_new\n'],
    ['other lines', '# mine\nA=1\n\n', '# mine\nA=1\n\nHF_TOKEN=hf_new\n'],
    ['no end of the last line', 'A=1', 'A=1\nHF_TOKEN=hf_new\n'],
    ['line ends of Windows', 'A=1\r\n# b\r\n', 'A=1\r\n# b\r\nHF_TOKEN=hf_new\r\n'],
    ['line ends of Windows, and the name', 'HF_TOKEN=\r\nA=1\r\n', 'HF_TOKEN=hf_new\r\nA=1\r\n'],
    ['line ends of old Macs', 'HF_TOKEN=\rA=1\r', 'HF_TOKEN=hf_new\rA=1\r'],
    ['the mark of UTF-8', '\uFEFFHF_TOKEN=x\nA=1', '\uFEFFHF_TOKEN=hf_new\nA=1'],
    ['an empty value in its place', '# a\nHF_TOKEN=\nB=2\n', '# a\nHF_TOKEN=hf_new\nB=2\n'],
    ['export before it', '  export HF_TOKEN = old\n', '  export HF_TOKEN =hf_new\n'],
    ['a comment behind it', 'HF_TOKEN=old # of ada\n', 'HF_TOKEN=hf_new # of ada\n'],
    ['a comment behind quotes', "HF_TOKEN='o # d' # of ada\n", 'HF_TOKEN=hf_new # of ada\n'],
    ['a value of several lines', 'HF_TOKEN="a\nb\nc" # x\nB=2\n', 'HF_TOKEN=hf_new # x\nB=2\n'],
    ['it twice: the last one counts', 'HF_TOKEN=1\nHF_TOKEN=2\n', 'HF_TOKEN=1\nHF_TOKEN=hf_new\n'],
    ['it in a comment', '# HF_TOKEN=hf_\n', '# HF_TOKEN=hf_\nHF_TOKEN=hf_new\n'],
    ['it in another value', 'A="\nHF_TOKEN=1\n"\n', 'A="\nHF_TOKEN=1\n"\nHF_TOKEN=hf_new\n'],
    ['what is no assignment', 'oh no\n', 'oh no\nHF_TOKEN=hf_new\n'],
  ])('keeps all else where there is %s', (_what, before, after) => {
    expect(changed(before, TOKEN)).toBe(after);
  });

  test.each([
    ['a quote of one kind', "a'b"],
    ['quotes of two kinds', `a'b"c`],
    ['a # and spaces', 'a # b'],
    ['a name in ${}', 'a${HOME}b'],
    ['a name in ${} and a double quote', 'a${HOME}"b'],
    ['a backslash before n', 'a\\nb'],
    ['a backslash at the end', 'a\\'],
    ['a dollar', '$a'],
    ['backticks', '`a`'],
    ['spaces at its ends', ' a '],
    ['typographic quotes', '“a”'],
  ])('has a value with %s read back as it is', (_what, value) => {
    expect(parseDotEnv(Buffer.from(changed('B=1\n', { A: value })), '.env').values).toEqual({
      A: value,
      B: '1',
    });
  });

  test('is not written where no way of writing a value is read back', () => {
    const made = change('', { A: 'a\'b"c\\n`${d}' });
    expect(made).toEqual({
      ok: false,
      problem: "the value of A has quotes of all kinds, which .env can't hold: put it there by hand.",
    });
  });

  test.each([
    ['UTF-16', Buffer.from('\uFEFFA=1', 'utf16le')],
    ['other bytes', Buffer.from([0x41, 0x3d, 0xff])],
    ['quotes that are never closed', Buffer.from('A="1\nB=2\n')],
  ])('is left alone where it is wrong already: %s', (_what, bytes) => {
    expect(change(bytes, TOKEN)).toMatchObject({ ok: false });
  });

  test('property: whatever is in it, every value is read back, and no other one changes', () => {
    const names = fc.constantFrom('A', 'B', 'HF_TOKEN', 'MODEL_ID');
    const values = fc.string({ unit: fc.constantFrom(...'ab# \'"`\\n$ {}=\t:/é') });
    const line = fc.oneof(
      fc.tuple(names, values).map(([name, value]) => `${name}=${value}`),
      values.map((text) => `# ${text}`),
    );
    const file = fc.tuple(fc.array(line), fc.constantFrom('\n', '\r\n', '\r'));
    fc.assert(
      fc.property(file, fc.dictionary(names, values, { minKeys: 1 }), ([lines, end], set) => {
        const before = Buffer.from(lines.join(end));
        const made = change(before, set);
        if (!made.ok) return;
        const old = parseDotEnv(before, '.env');
        const now = parseDotEnv(Buffer.from(made.text), '.env');
        expect(now.values).toEqual({ ...old.values, ...set });
        expect(now.faults).toEqual([]);
      }),
    );
  });
});
