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
