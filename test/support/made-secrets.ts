/*
 * Secrets that are made up, with the lengths and alphabets of real ones. They are put together here so that
 * none stands in a file: scanners of repositories would take it for one.
 */

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const ALNUM = UPPER + LOWER + DIGITS;
const URL_SAFE = `${ALNUM}-_`;

/** Numbers below 1 that a seed decides, so that what failed fails again: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;

const pick = (random: Random, from: string): string => from[Math.floor(random() * from.length)] ?? '';
const of = (random: Random, alphabet: string, length: number): string =>
  Array.from({ length }, () => pick(random, alphabet)).join('');
const base64 = (random: Random, bytes: number): string =>
  Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))).toString('base64');
const base64url = (random: Random, bytes: number): string =>
  base64(random, bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwt(random: Random): string {
  const claims = { sub: of(random, DIGITS, 12), iat: 1_700_000_000, jti: of(random, ALNUM, 16) };
  return `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}.${base64url(random, 32)}`;
}

/** A password as a careful person makes one: of all kinds, with a digit. */
function password(random: Random, signs: string): string {
  const rest = of(random, ALNUM + signs, 9);
  return `${pick(random, UPPER)}${pick(random, LOWER)}${pick(random, DIGITS)}${pick(random, signs)}${rest}${pick(random, ALNUM)}`;
}

const WORDS =
  'correct horse battery staple orange window marble copper velvet tulip harbor saddle lemon rocket'.split(
    ' ',
  );
const one = (random: Random, all: readonly string[]): string => all[Math.floor(random() * all.length)] ?? '';
const word = (random: Random): string => one(random, WORDS);

/** A password as a tired person makes one. */
const weak = (random: Random): string => `${word(random)}${of(random, DIGITS, 2)}`;

function pem(random: Random, lineBreak: string): string {
  return Array.from({ length: 12 }, () => base64(random, 48)).join(lineBreak);
}

/** One maker a kind of secret, by the name that templates have for it. */
export const MAKERS: Readonly<Record<string, (random: Random) => string>> = {
  hf_token: (random) => `hf_${of(random, UPPER + LOWER, 34)}`,
  hf_oauth: (random) => `hf_oauth_${jwt(random)}`,
  hf_jwt: (random) => `hf_jwt_${jwt(random)}`,
  alnum34: (random) => of(random, UPPER + LOWER, 34),
  openai_key: (random) => `sk-proj-${of(random, URL_SAFE, 120)}${of(random, ALNUM, 8)}`,
  anthropic_key: (random) => `sk-ant-api03-${of(random, URL_SAFE, 86)}${of(random, ALNUM, 7)}AA`,
  github_token: (random) => `gh${pick(random, 'pousr')}_${of(random, ALNUM, 36)}`,
  github_pat: (random) => `github_pat_${of(random, ALNUM, 22)}_${of(random, ALNUM, 59)}`,
  gitlab_token: (random) => `glpat-${of(random, ALNUM, 20)}`,
  slack_bot: (random) => `xoxb-${of(random, DIGITS, 12)}-${of(random, DIGITS, 13)}-${of(random, ALNUM, 24)}`,
  slack_app: (random) =>
    `xapp-1-A${of(random, UPPER + DIGITS, 10)}-${of(random, DIGITS, 13)}-${of(random, 'abcdef0123456789', 64)}`,
  slack_c: (random) =>
    `xoxc-${of(random, DIGITS, 12)}-${of(random, DIGITS, 12)}-${of(random, 'abcdef0123456789', 64)}`,
  slack_d: (random) =>
    `xoxd-${of(random, ALNUM, 30)}%2B${of(random, ALNUM, 40)}%2F${of(random, ALNUM, 20)}%3D`,
  slack_hook: (random) =>
    `T${of(random, UPPER + DIGITS, 10)}/B${of(random, UPPER + DIGITS, 10)}/${of(random, ALNUM, 24)}`,
  discord_token: (random) =>
    `MT${of(random, ALNUM, 24)}.G${of(random, ALNUM, 5)}.${of(random, URL_SAFE, 37)}${of(random, ALNUM, 1)}`,
  discord_hook: (random) => of(random, ALNUM, 68),
  telegram_token: (random) =>
    `${of(random, '123456789', 10)}:AA${of(random, URL_SAFE, 32)}${of(random, ALNUM, 1)}`,
  aws_key_id: (random) => `AKIA${of(random, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
  aws_secret: (random) => of(random, `${ALNUM}/+`, 40),
  npm_token: (random) => `npm_${of(random, ALNUM, 36)}`,
  pypi_token: (random) => `pypi-AgEIcHlwaS5vcmc${of(random, URL_SAFE, 140)}`,
  replicate_token: (random) => `r8_${of(random, ALNUM, 37)}`,
  groq_key: (random) => `gsk_${of(random, ALNUM, 52)}`,
  google_key: (random) => `AIza${of(random, URL_SAFE, 34)}${of(random, ALNUM, 1)}`,
  jwt,
  age: (random) => of(random, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58),
  uuid: (random) => [8, 4, 4, 4, 12].map((length) => of(random, 'abcdef0123456789', length)).join('-'),
  hex32: (random) => of(random, 'abcdef0123456789', 32),
  hex40: (random) => of(random, 'abcdef0123456789', 40),
  hex64: (random) => of(random, 'abcdef0123456789', 64),
  base64: (random) => base64(random, 48),
  base64url: (random) => base64url(random, 33),
  basic: (random) => Buffer.from(`ada:${password(random, '!@#')}`).toString('base64'),
  digits: (random) => `4${of(random, DIGITS, 9)}`,
  word: (random) => `${word(random)}${word(random)}`,
  weak,
  password: (random) => password(random, '!@#%^*+'),
  password_url: (random) => encodeURIComponent(password(random, '!@#%^*+')),
  password_slash: (random) => `${password(random, '!#')}/${of(random, ALNUM, 4)}`,
  phrase: (random) => `${word(random)} ${word(random)} ${word(random)} ${word(random)}`,
  // Passwords that look like something else: a reference, a rule, a name, a word, several words of a shell.
  banged: (random) => `!${weak(random)}`,
  like_argument: (random) =>
    one(random, [
      '$1?',
      '%1?',
      ':?:',
      '?[3]',
      'x[?]9',
      '#{?',
      '@?',
      '#?${X}',
      'Summer(?)',
      'Summer[2024]?',
    ]).replace('?', weak(random)),
  dollared: (random) => `$ecr3t${weak(random)}`,
  braced: (random) => `{${weak(random)}}`,
  ticked: (random) => `\`${weak(random)}`,
  filed: (random) => `${one(random, ['file', 'env', 'vault', 'op', 'ssm'])}:${weak(random)}`,
  ruled: (random) => `${one(random, ['min', 'max', 'string', 'required'])}:${weak(random)}`,
  percented: (random) => `%(${weak(random)}`,
  bracketed: (random) => `[${weak(random)}]`,
  angled: (random) => `<${weak(random)}>`,
  starred: (random) => `*${weak(random)}`,
  slashed: (random) => `/${weak(random)}`,
  ated: (random) => `@${weak(random)}`,
  dotted: (random) => `${word(random)}.${word(random)}`,
  prefixed: (random) => `${'$'}{PREFIX}${weak(random)}`,
  called: (random) => `${word(random)}(${of(random, DIGITS, 2)}`,
  letters: (random) => one(random, ['letmein', 'mysecretpw', 'opensesame', word(random)]),
  few: (random) => of(random, LOWER, 3),
  secretish: (random) => `my${one(random, ['secret', 'password', 'token'])}${of(random, DIGITS, 2)}`,
  stand_in: (random) => one(random, ['password', 'example', 'placeholder', 'required', 'secret', 'dummy']),
  stand_in_word: (random) => one(random, ['example', 'placeholder', 'required', 'dummy', 'true']),
  weak_lines: (random) => `${weak(random)}\n${weak(random)}`,
  indented: (random) => `${weak(random)}\n    ${weak(random)}`,
  wordy_stand_in: (random) => one(random, ['example', 'placeholder', 'dummy']),
  boolean: (random) => one(random, ['true', 'yes', 'off']),
  sentence: (random) => `${word(random)} the ${word(random)} of ${word(random)}`,
  escaped_space: (random) => `${weak(random)}\\ ${weak(random)}`,
  requoted: (random) => `${weak(random)}'"'"'${weak(random)}`,
  joined: (random) => `${weak(random)}"${word(random)} ${word(random)}"'${weak(random)}'`,
  doubled: (random) => `${weak(random)}''${weak(random)}`,
  pem: (random) => pem(random, '\n'),
  pem_logged: (random) => pem(random, '\n2026-01-02 12:00:01,201 INFO [key] '),
  pem_quoted: (random) => pem(random, '\n> '),
  pem_numbered: (random) => pem(random, '\n    12\t'),
  pem_python: (random) => pem(random, '\\n"\n    "'),
  alnum24: (random) => `${of(random, ALNUM, 20)}a1B2`,
  alnum43: (random) => `${of(random, ALNUM, 39)}a1B2`,
  hex48: (random) => of(random, 'abcdef0123456789', 48),
  upper27: (random) => of(random, UPPER + DIGITS, 27),
  onepassword: (random) => `ops_eyJ${of(random, ALNUM, 80)}`,
  mailchimp: (random) => `${of(random, 'abcdef0123456789', 32)}-us12`,
  teams_hook: (random) => `${of(random, 'abcdef0123456789', 32)}/${of(random, ALNUM, 30)}`,
  terraform: (random) => `${of(random, ALNUM, 14)}.atlasv1.${of(random, ALNUM, 67)}`,
  azure_secret: (random) =>
    `${of(random, ALNUM, 3)}8Q~${of(random, `${ALNUM}-_.`, 33)}${of(random, ALNUM, 1)}`,
  pem_base64: (random) =>
    Buffer.from(`-----BEGIN PRIVATE KEY-----\n${pem(random, '\n')}\n`).toString('base64'),
  pem_escaped: (random) => pem(random, '\\n'),
};

/** A template with secrets in the places of its `{{kind}}`s; `kept` are the parts around them, in order. */
export function filled(
  template: string,
  random: Random,
): { text: string; secrets: string[]; kept: string[] } {
  const kept = template.split(/\{\{\w+\}\}/);
  const secrets = [...template.matchAll(/\{\{(\w+)\}\}/g)].map(([, kind = '']) => {
    const make = MAKERS[kind];
    if (make === undefined) throw new Error(`nobody knows how to make a secret of the kind "${kind}"`);
    return make(random);
  });
  return { text: kept.map((part, i) => `${part}${secrets[i] ?? ''}`).join(''), secrets, kept };
}
