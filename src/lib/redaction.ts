import { passwordsInAddresses, privateKeysIn } from './redaction/addresses.ts';
import { CleanTexts } from './redaction/clean-texts.ts';
import { secretsInCommands } from './redaction/commands.ts';
import * as cuts from './redaction/cuts.ts';
import { type Finding, merged, withMarks } from './redaction/finding.ts';
import { credentialsInHeaders } from './redaction/headers.ts';
import { type KnownSecret, KnownValues } from './redaction/known-values.ts';
import { namedValuesIn } from './redaction/named-values.ts';
import { tokensIn } from './redaction/token-shapes.ts';
import { type Found, scrubbedInTurns, scrubbedValue, secretsInEncrypted } from './redaction/values.ts';

/** Text without secrets. Only a redaction makes it. */
export type Redacted = string & { readonly [brand]: true };
declare const brand: unique symbol;

/** Takes secrets out of text. */
export type Redactor = (text: string) => string;

/**
 * What is known to be secret, and what is done about it. It stands at the doors: `db/database.ts` where
 * something is written to the record, `lib/log.ts` and `lib/health.ts` where something is told to operators,
 * `reports/transcript-export.ts` where a session leaves; and where a text is used before it is kept, as an
 * answer of a model or a tool. What runs, or is written somewhere for people, passes none of them: `find`
 * says what is wrong with it, and it is refused.
 */
export type Redaction = {
  /** The text with a mark in the place of each secret; the same text where there is none. */
  text(text: string): Redacted;
  /**
   * A value as JSON has it, with marks in its texts and behind its keys; what stands behind `unchanged` keys
   * stays.
   */
  value<T>(value: T, unchanged?: ReadonlySet<string>): T;
  /** Which secrets a value holds, and where. */
  find(value: unknown): Found[];
  /** The same of a value that may have megabytes: others get their turn in between. */
  findLong(value: unknown): Promise<Found[]>;
  /**
   * Those of a text, by their places; of what is data only exact values and tokens, of what is no text exact
   * values.
   */
  findAll(text: string): Finding[];
  findTokens(text: string): Finding[];
  findKnown(text: string): Finding[];
  /** A text that still grows, without what may become a secret. */
  growing(text: string): Redacted;
  /** The first characters of a text, or the last: no half of a secret is among them. */
  head(text: string, characters: number): Redacted;
  tail(text: string, characters: number): Redacted;
  /** For a text that comes line by line. */
  lines(): (line: string) => Redacted;
  /**
   * For a text that may have megabytes: others get their turn in between. What comes of it passes the other
   * doors at once (`text` and `value`), so that it is gone over here alone.
   */
  long(text: string): Promise<Redacted>;
  /** The same for a value that may have megabytes. */
  longValue<T>(value: T): Promise<T>;
  /** Adds what has become known; returns what forgets it. */
  learn(secrets: readonly KnownSecret[]): () => void;
  /** Adds what was encrypted, or is about to be: the secrets in a text that is kept from everybody. */
  learnEncrypted(text: string): void;
};

const NOTHING: ReadonlySet<string> = new Set();

/** A redaction that knows these values besides the shapes of secrets. */
export function createRedaction(secrets: readonly KnownSecret[] = []): Redaction {
  const known = new KnownValues();
  known.add(secrets);
  const cleaned = new CleanTexts();
  const find = (text: string) => secretsIn(text, known);
  const scrub = (text: string) => (cleaned.has(text) ? text : scrubbed(text, known)) as Redacted;
  const scanner = { known, find, scrub };
  const looking = (unchanged: ReadonlySet<string>) => ({ find, unchanged, found: [] as Found[] });
  async function long(text: string): Promise<Redacted> {
    const clean = cleaned.has(text) ? text : await cuts.inPieces(scanner, text);
    cleaned.add(clean);
    return clean as Redacted;
  }
  return {
    text: scrub,
    value: <T>(value: T, unchanged = NOTHING) => scrubbedValue(value, looking(unchanged), scrub) as T,
    find(value) {
      const look = looking(NOTHING);
      scrubbedValue(value, look, scrub);
      return look.found;
    },
    async findLong(value) {
      const look = looking(NOTHING);
      await scrubbedInTurns(value, look, long);
      return look.found;
    },
    findAll: find,
    findTokens: (text) => merged(tokensOf(text, known)),
    findKnown: (text) => merged([...known.findIn(text)]),
    growing: (text) => cuts.growing(scanner, text) as Redacted,
    head: (text, characters) => cuts.head(scanner, text, characters) as Redacted,
    tail: (text, characters) => cuts.tail(scanner, text, characters) as Redacted,
    lines: () => cuts.byLines(scanner) as (line: string) => Redacted,
    long,
    longValue: async <T>(value: T) => (await scrubbedInTurns(value, looking(NOTHING), long)) as T,
    learn(more) {
      cleaned.clear();
      return known.add(more);
    },
    learnEncrypted: encryptedLearner(known, cleaned),
  };
}

/**
 * The secrets of this many encrypted texts are known, the newest ones: an account that nobody uses is
 * forgotten.
 */
const MOST_ENCRYPTED = 500;

function encryptedLearner(known: KnownValues, cleaned: CleanTexts): (text: string) => void {
  const learnt = new Map<string, () => void>();
  return (text) => {
    const secrets = secretsInEncrypted(text);
    const key = JSON.stringify(secrets);
    if (!learnt.has(key)) cleaned.clear();
    const forget = learnt.get(key) ?? known.add(secrets);
    learnt.delete(key);
    learnt.set(key, forget);
    for (const [oldest, forgetIt] of learnt) {
      if (learnt.size <= MOST_ENCRYPTED) break;
      learnt.delete(oldest);
      forgetIt();
    }
  };
}

/** A redactor of texts: what a program has before it knows its settings, or where texts are all it has. */
export function createRedactor(secrets: readonly (string | KnownSecret)[]): (text: string) => Redacted {
  const named = secrets.map((secret) =>
    typeof secret === 'string' ? { name: 'a secret', value: secret } : secret,
  );
  return createRedaction(named).text;
}

/**
 * Secrets in a text, in order: exact values first, then tokens by their shapes, private keys and passwords in
 * addresses, then what stands behind the name of a secret. Takes time that grows with the text alone.
 */
const secretsIn = (text: string, known: KnownValues): Finding[] =>
  merged([...tokensOf(text, known), ...namedValuesIn(text), ...secretsInCommands(text)]);

const tokensOf = (text: string, known: KnownValues): Finding[] => [
  ...known.findIn(text),
  ...tokensIn(text),
  ...privateKeysIn(text),
  ...credentialsInHeaders(text),
  ...passwordsInAddresses(text),
];

/** What one replacement lays open, the next one takes out; there is no text that needs more. */
const PASSES = 3;

function scrubbed(text: string, known: KnownValues): string {
  let clean = text;
  for (let pass = 0; pass < PASSES; pass++) {
    const found = secretsIn(clean, known);
    if (found.length === 0) break;
    clean = withMarks(clean, found);
  }
  return clean;
}
