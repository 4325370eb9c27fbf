/**
 * How much a name says of its value: `always` is a secret whatever it looks like (a password), `scheme` is an
 * Authorization header, whose first word is none; `opening` is a key that opens a service, a secret unless it
 * is a plain word (`WANDB_API_KEY=offline`); `generated` is a secret where it looks like one (a token, a
 * key).
 */
export type NameKind = 'always' | 'opening' | 'scheme' | 'generated';

/** What names of secrets end in, to find them by. Longer words first. */
export const NAME_ENDS =
  /passw(?:or)?d|passphrase|passcode|pwd|pass|pat|secret|token|key_base|key|authorization|auth|signature|sig|credentials?/gi;

const ALWAYS = /(?:password|passwd|passphrase|passcode|secret)$/;
const OPENING_KEY = /(?:apikey|secretkey|accesskey)$/;

/** What "key" belongs to where it opens a service: API_KEY, SECRET_KEY, AWS_SECRET_ACCESS_KEY. */
const OPENING = new Set(['api', 'secret', 'access']);

/** Whose PASS is a password and no passing: SMTP_PASS, db_pass. */
const HAS_PASS = new Set(
  'db smtp ftp sftp imap mail email user root admin login mysql pg postgres redis ssh sudo rabbitmq mongo ldap proxy'.split(
    ' ',
  ),
);

/** What tokens of a text and keys of a table belong to: no one signs in with those. */
const PLAIN_TOKENS = new Set(
  [
    'pad eos bos unk mask sep cls sot eot image audio video vision speech special start end stop newline prefix suffix',
    'new next prev previous first last target source input output prompt current word sub text added extra think',
    'continuation page cursor sync per max min num n lex ast string comment forced decoder',
  ]
    .join(' ')
    .split(' '),
);
const PLAIN_KEYS = new Set(
  [
    'cache sort primary foreign partition idempotency idempotence public pub dedup dedupe group state object hash row',
    'routing map dict json index lookup label text column field image input output prompt data metric config feature',
    'registry item unique shard bucket s3 path file query host hosts known event message job task run build step layer',
    'param model dataset translation i18n locale natural composite search lock queue topic enum grouping ordering',
  ]
    .join(' ')
    .split(' '),
);

/**
 * What kind of secret a name is for, if any: `DB_PASSWORD`, `apiKey`, `x-api-key`, `db.password`,
 * `--hf-token`.
 */
export function kindOfName(name: string): NameKind | undefined {
  const known = kinds.get(name);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const kind = kindOfWords(name);
  if (kinds.size >= KEPT) kinds.clear();
  kinds.set(name, kind ?? 'none');
  return kind;
}

/** A log says the same names again and again. */
const kinds = new Map<string, NameKind | 'none'>();
const KEPT = 1_000;

function kindOfWords(name: string): NameKind | undefined {
  const words = name
    .slice(-80)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  while (words.length > 1 && /^(?:\d{1,2}|base)$/.test(words.at(-1) ?? '')) words.pop();
  const last = (words.pop() ?? '').replace(/\d{1,2}$/, '');
  const before = words.at(-1) ?? '';
  if (last === 'authorization') return 'scheme';
  if (ALWAYS.test(last) || last.endsWith('pwd')) return 'always';
  if (OPENING_KEY.test(last) || (last === 'key' && OPENING.has(before))) return 'opening';
  if (last === 'pass') return HAS_PASS.has(before) ? 'always' : undefined;
  if (last === 'pat') return before === '' ? undefined : 'generated'; // a personal access token
  if (last.endsWith('token')) return PLAIN_TOKENS.has(before) ? undefined : 'generated';
  if (last.endsWith('key')) return PLAIN_KEYS.has(before) || last === 'pubkey' ? undefined : 'generated';
  return /^(?:auth|signature|sig|credentials?)$/.test(last) ? 'generated' : undefined;
}
