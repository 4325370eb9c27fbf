import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainArguments } from '../../src/llm/call-assembly.ts';
import { pythonCalls, pythonDict } from '../../src/llm/python-literals.ts';

describe('a dict of Python', () => {
  test.each([
    [`{'path': 'a', 'follow': True, 'limit': None}`, { path: 'a', follow: true, limit: null }],
    [`{"n": 1_000, 'x': -2.5e-5, 'y': .5,}`, { n: 1000, x: -2.5e-5, y: 0.5 }],
    [`{'list': [1, (2, 3), []], 'more': {'deep': {}}}`, { list: [1, [2, 3], []], more: { deep: {} } }],
    [`{'quotes': 'it\\'s "so"', "other": "it's"}`, { quotes: `it's "so"`, other: `it's` }],
    [`{'code': 'a\\nb\\tc \\x41 \\u00e9 \\d'}`, { code: 'a\nb\tc A é \\d' }],
    [`{'script': '''print("x")\nprint('y')'''}`, { script: `print("x")\nprint('y')` }],
    [`{'parts': 'one ' "two"}`, { parts: 'one two' }],
    ['{}', {}],
  ])('%s is read', (text, expected) => {
    expect(pythonDict(text)).toEqual(expected);
    expect(JSON.parse(plainArguments(text))).toEqual(expected);
  });

  test.each([
    `{'a': b}`,
    `{'a': f(1)}`,
    `{'a': 1 + 1}`,
    `{'a': 'b'} and more`,
    `{'a': 'no end`,
    `{'a': 'a line\nmore'}`,
    `{a: 1}`,
    `{'a'}`,
    `{1: 2}`,
    `{'a': 1-2}`,
    `['a']`,
    '',
    '{'.repeat(5_000),
    `{'a': ${'['.repeat(5_000)}`,
  ])('%j is none, and its arguments stay as they are', (text) => {
    expect(pythonDict(text)).toBeUndefined();
    expect(plainArguments(text)).toBe(text);
  });
});

describe('calls as Python writes them', () => {
  test.each([
    ['[read(path="a")]', [['read', '{"path":"a"}']]],
    [
      `[read(path='a', lines=[1, 2]), ps()]`,
      [
        ['read', '{"path":"a","lines":[1,2]}'],
        ['ps', '{}'],
      ],
    ],
    ['read(path="a")', [['read', '{"path":"a"}']]],
    ['[ tools.read( path = "a" ) , ]', [['tools.read', '{"path":"a"}']]],
  ])('%s', (text, expected) => {
    expect(pythonCalls(text)?.map(({ name, args }) => [name, args])).toEqual(expected);
  });

  test.each([
    '[read("a")]',
    '[read]',
    'read(path=x)',
    '[read(path="a")',
    'read(path="a") # done',
    '[]',
    'I read (a)',
  ])('%s is none', (text) => {
    expect(pythonCalls(text)).toBeUndefined();
  });
});

/** As `repr` writes a value. */
function repr(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') {
    const text = value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n');
    return `'${text.replaceAll('\r', '\\r')}'`;
  }
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `${repr(key)}: ${repr(item)}`)
      .join(', ')}}`;
  }
  return String(value);
}

test('what Python writes of a value is read as that value', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 4 },
      ),
    ),
  }));
  const dict = fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    value,
    { maxKeys: 5, noNullPrototype: true },
  );
  fc.assert(
    fc.property(dict, (made) => {
      expect(pythonDict(repr(made))).toEqual(JSON.parse(JSON.stringify(made)));
    }),
    { numRuns: 300 },
  );
});

test('no text makes it throw, or read a call that goes on', () => {
  const bits = fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    "'",
    '"',
    ',',
    '=',
    ':',
    '\\',
    'read',
    'a',
    ' ',
    '1',
    '\n',
  );
  fc.assert(
    fc.property(
      fc.array(bits, { maxLength: 30 }).map((parts) => parts.join('')),
      (text) => {
        expect(() => [pythonCalls(text), pythonDict(text)]).not.toThrow();
      },
    ),
    { numRuns: 1_000 },
  );
});
