const all =
  (part: string) =>
  (size: number): string =>
    part.repeat(Math.ceil(size / part.length)).slice(0, size);
const behind = (start: string, part: string) => (size: number) => start + all(part)(size);

/** Texts of any size on which looking for secrets could take time that grows with the square of it. */
export const HOSTILE_TEXTS: readonly [name: string, make: (size: number) => string][] = [
  ['prefixes of tokens', all('hf_sk-eyJ')],
  ['half a JSON Web Token', all('eyJaaaaaaaaaaaa.')],
  ['names without values', all('password=')],
  ['quotes that nobody closes', all('password="')],
  ['escaped quotes', all('token=\\"')],
  ['backslashes', behind('password=', '\\')],
  ['white space behind a name', behind('password', ' ')],
  ['addresses', all('http://a:b@')],
  ['an address without end', behind('http://a:', 'b')],
  ['beginnings of keys', all('-----BEGIN PRIVATE KEY-----')],
  ['ends of keys', all('-----END PRIVATE KEY-----\nabcd')],
  ['a key without end', behind('-----BEGIN PRIVATE KEY-----', 'MIIEabc123')],
  ['things to fill in', behind('password="', '${')],
  ['words behind a colon', behind('password: ', 'ab ')],
  ['names of YAML', all('password: ')],
  ['names with dots', all('a.b.c.password.')],
  ['commands', all('mysql -u curl -u redis-cli docker login gh secret ')],
  ['commands that are typed', all('echo aaaa | ')],
  ['a login without end', behind('wandb login ', '\\"')],
  ['stand-ins that are none', all(`password=${'x'.repeat(200)}! `)],
  ['stand-ins with dashes that are none', all(`token=${'xx-'.repeat(150)}! `)],
  ['capitals before digits', all(`api_key=${'A'.repeat(200)}1234 `)],
  ['one letter', all('a')],
];

const repeated = (text: string, size: number) => text.repeat(Math.ceil(size / text.length)).slice(0, size);

/** What no secret looks like, and trainers, terminals and platforms make something of. */
const MORE: readonly [name: string, make: (size: number) => string][] = [
  ['digits', (size) => '1'.repeat(size)],
  ['terminal codes without end', (size) => repeated('\u001b[', size)],
  ['a title of a terminal without end', (size) => `\u001b]0;${'x'.repeat(size)}`],
  ['bars', (size) => repeated(' 50%|#####     | 1/2 [00:01<00:01, 1.00it/s]\r', size)],
  ['metrics', (size) => repeated("{'loss': 0.1, 'epoch': 1.0} ", size)],
  ['rows of a table', (size) => repeated('| 1 ', size)],
  ['nests of braces', (size) => '{'.repeat(size)],
  ['quotes', (size) => repeated(`'"\\`, size)],
  ['a trace', (size) => repeated('  File "a.py", line 1, in a\nValueError: ', size)],
  ['addresses of pushes', (size) => repeated('https://huggingface.co/a/b/commit/00 ', size)],
  ['mentions', (size) => repeated('<@U0ADA><!channel><#C1|x><!date^1^{x}|', size)],
  ['marks', (size) => repeated('**_~`|>#', size)],
  ['half links', (size) => repeated('[a](', size)],
  ['ends of tags', (size) => repeated('<', size)],
  ['white space', (size) => repeated(' \t\u00a0', size)],
  ['invisible characters', (size) => repeated('\u200b\u202e\ufeff', size)],
  ['words of another script', (size) => repeated('привет 日本語 ', size)],
  ['letters with many marks', (size) => `a${'\u0301'.repeat(size)}`],
  ['halves of characters', (size) => '\ud800'.repeat(size)],
  ['NULs', (size) => '\0'.repeat(size)],
];

/** All that somebody may write, print or send. */
export const INCOMING_TEXTS = [...HOSTILE_TEXTS, ...MORE];
