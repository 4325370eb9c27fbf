import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { parseDotEnv } from '../../src/config/dotenv.ts';
import { readEnvironment } from '../../src/config/environment.ts';

const parse = (text: string | Uint8Array) =>
  parseDotEnv(typeof text === 'string' ? Buffer.from(text) : text, '.env');

describe('a line of .env', () => {
  test.each([
    ['spaces around the name and the value', '  A  =  b c \t', 'b c'],
    ['export before the name', 'export A=b', 'b'],
    ['a line end of Windows', 'A=b\r\nB=c\r\n', 'b'],
    ['a line end of old Macs', 'A=b\rB=c', 'b'],
    ['no line end', 'A=b', 'b'],
    ['double quotes, with spaces kept', 'A=" b "', ' b '],
    ['single quotes', "A='b # c'", 'b # c'],
    ['backticks', 'A=`b "c"`', 'b "c"'],
    ['a # in quotes', 'A="b#c"', 'b#c'],
    ['an escaped quote', 'A="b \\"c\\" d"', 'b "c" d'],
    ['\\n in double quotes', 'A="b\\nc"', 'b\nc'],
    ['\\n in single quotes, as it stands', "A='b\\nc'", 'b\\nc'],
    [
      'several lines in quotes, as keys have',
      'A="-----BEGIN\nMII=\n-----END"\nB=1',
      '-----BEGIN\nMII=\n-----END',
    ],
    ['a comment after the value', 'A=b # the second letter', 'b'],
    ['a comment after quotes', 'A="b" # c', 'b'],
    ['= in the value', 'A=postgres://u:p@h/d?sslmode=require', 'postgres://u:p@h/d?sslmode=require'],
    ['the mark that Windows puts before UTF-8', '\uFEFFA=b', 'b'],
    ['comments and empty lines before', '# c\n\n   # d\nA=b', 'b'],
  ])('takes %s', (_name, text, value) => {
    const { values, faults, warnings } = parse(text);
    expect(values.A).toBe(value);
    expect([...faults, ...warnings]).toEqual([]);
  });

  test.each([
    ['a # right in the value', 'A=b#c', 'b'],
    ['a # with one word after it', 'A=b #c', 'b'],
    ['a value that begins with #', 'A=#b', ''],
  ])(
    'is read up to the # where there is %s, with a warning that names line and variable',
    (_name, text, value) => {
      const { values, warnings } = parse(`\n${text}`);
      expect(values.A).toBe(value);
      expect(warnings).toEqual([
        '.env line 2: the value of A ends at the #, as a comment begins there. If the # belongs to the value, put quotes around it.',
      ]);
    },
  );

  test('that is set twice is told, and the last one counts', () => {
    const { values, warnings } = parse('A=1\nB=2\nA=3');
    expect(values.A).toBe('3');
    expect(warnings).toEqual(['.env line 3: A is set a second time, after line 1; this one counts.']);
  });

  test.each([
    ['hf_secret', '.env line 1 is not NAME=value and is left out.'],
    ['TOKEN: hf_secret', '.env line 1 is not NAME=value and is left out: write = instead of a colon.'],
  ])('that is none is left out and told, without what stands in it', (text, warning) => {
    expect(parse(text).warnings).toEqual([warning]);
  });

  test.each([
    ['A="b', '.env line 1: the value of A begins with ", which is never closed.'],
    ['A="b" c', '.env line 1: something follows the closing " of A. Put all of its value in quotes.'],
    ['A=“b”', '.env line 1: the value of A has typographic quotes around it. Use " instead.'],
  ])('of which a quote is wrong is refused: %s', (text, fault) => {
    expect(parse(text).faults).toEqual([fault]);
  });
});

describe('the bytes of .env', () => {
  test.each([
    ['little-endian, marked', Buffer.from('\uFEFFA=b', 'utf16le')],
    ['big-endian, marked', Buffer.from('\uFEFFA=b', 'utf16le').swap16()],
    ['unmarked', Buffer.from('A=b', 'utf16le')],
  ])('are told where they are UTF-16, %s', (_name, bytes) => {
    expect(parse(bytes).faults).toEqual([
      '.env is UTF-16, as some editors and PowerShell write it. Save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8).',
    ]);
  });

  test('are told where they are Latin-1, with the line', () => {
    expect(parse(Buffer.from('A=b\nB=caf\u00e9\n', 'latin1')).faults).toEqual([
      '.env is not UTF-8: line 2 has other bytes. Save it as UTF-8.',
    ]);
  });
});

describe('the environment', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ml-intern-env-'));
  beforeEach(() => rmSync(join(directory, '.env'), { recursive: true, force: true }));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const read = (text: string, environment: Record<string, string> = {}) => {
    writeFileSync(join(directory, '.env'), text);
    return readEnvironment(environment, directory);
  };

  test('wins over .env, unless its value is empty', () => {
    expect(read('A=file\nB=file', { A: 'real', B: ' ' }).values).toEqual({ A: 'real', B: 'file' });
  });

  test('has values without the spaces, line ends and invisible characters at their ends', () => {
    const { values } = read('A=" b "\nB=c\u200B', { C: 'd\r', D: '\uFEFFe\u00A0' });
    expect(values).toEqual({ A: 'b', B: 'c', C: 'd', D: 'e' });
  });

  test('has values without the quotes that docker --env-file leaves around them', () => {
    expect(read('', { A: '"b"', B: "'c'", C: '"d', D: 'it\'s "so"' }).values).toEqual({
      A: 'b',
      B: 'c',
      C: '"d',
      D: 'it\'s "so"',
    });
  });

  test('fills in ${NAME} in .env, from the environment, from other lines, with defaults, and not in single quotes', () => {
    const text =
      'URL=postgres://${PGUSER:-bot}:${PASS}@${HOST}/d\nPASS=a${INNER}\nINNER=b\nAS_IT_IS=\'${PASS}\'\nQUOTED="${INNER}!"';
    expect(read(text, { HOST: 'db' }).values).toMatchObject({
      URL: 'postgres://bot:ab@db/d',
      PASS: 'ab',
      AS_IT_IS: '${PASS}',
      QUOTED: 'b!',
    });
  });

  test.each([
    [
      'A=${NOPE}',
      /line 1: A refers to \$\{NOPE\}, which is not set\. To mean it as it stands, put the value in single quotes\.$/,
    ],
    ['A=${B}\nB=${A}', /line 1: A refers to itself, by way of B\.$/m],
    ['A=${B-c}', /line 1: A has a \$\{ that is no \$\{NAME\}/],
    ['A=a${b', /line 1: A has a \$\{ that is no \$\{NAME\}/],
  ])('tells what can not be filled in: %s', (text, expected) => {
    expect(read(text).faults.join('\n')).toMatch(expected);
  });

  test('tells of a .env that is a directory', () => {
    mkdirSync(join(directory, '.env'));
    expect(readEnvironment({}, directory).faults).toEqual([
      `${join(directory, '.env')} is a directory, but has to be a file of NAME=value lines.`,
    ]);
  });
});
