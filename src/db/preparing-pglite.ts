import { type ExecProtocolOptions, PGlite, type PGliteOptions, protocol } from '@electric-sql/pglite';
import { createBreath } from '../lib/breath.ts';

type Message = Awaited<ReturnType<PGlite['execProtocolStream']>>[number];

/** A statement that Postgres has parsed, and what it says of its parameters and of its rows. */
type Prepared = { name: string; description: readonly Message[] };

/**
 * How many are kept: each takes some ten kilobytes of the database's memory. The bot has about two hundred.
 */
const KEPT = 300;

/** Longer texts (many rows at once) hardly come twice. */
const LONGEST_BYTES = 8_192;

const [PARSE, BIND, DESCRIBE, EXECUTE, SYNC, QUERY, STATEMENT] = [...'PBDESQS'].map((type) =>
  type.charCodeAt(0),
);

const RARE_ARRAYS = `
  select typarray::int as arrays from pg_type
  where typarray <> 0 and typname not in
    ('bool', 'bytea', 'int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'text', 'varchar', 'bpchar', 'name',
      'numeric', 'json', 'jsonb', 'date', 'timestamp', 'timestamptz', 'interval', 'uuid')`;

const { serialize } = protocol;

/**
 * A PGlite that has Postgres parse each text once. PGlite has every query parsed, described and planned anew,
 * in six calls of the compiled program (0.5); here one that came before is one call, and Postgres keeps its
 * plan as it does for prepared statements of any client: one for all values only where that is no worse than
 * planning for each (https://www.postgresql.org/docs/17/sql-prepare.html), made anew when a table was
 * analysed or changed. Takes a half to a fifth of the time.
 */
export class PreparingPGlite extends PGlite {
  /** By the message that asks for it, least recently used first. */
  readonly #prepared = new Map<string, Prepared>();
  #made = 0;
  /** Names of those to be given up with the next one that is parsed. */
  #unwanted: string[] = [];
  /** The query that is under way, and what it was given. */
  #current: Prepared | undefined;
  #bound: Uint8Array | undefined;
  /**
   * All work of the database is this process's, and one query may follow another without a turn of the event
   * loop between: timers and sockets would wait for the last of them.
   */
  readonly #breathe = createBreath();
  /** Whether what was sent last has ended its query already. */
  #isSynced = false;

  static async open(options: PGliteOptions): Promise<PreparingPGlite> {
    const made = new PreparingPGlite(options);
    await made.waitReady;
    await made.#leaveOutParsers();
    return made;
  }

  /** Is called with the messages of a query one by one: parse, describe, bind, describe, execute, sync. */
  override async execProtocolStream(message: Uint8Array, options?: ExecProtocolOptions): Promise<Message[]> {
    const type = message[0];
    if (type === SYNC && this.#isSynced) return [];
    this.#isSynced = type === QUERY; // a text of several statements ends with a sync of its own
    if (type === PARSE) {
      this.#current = undefined;
      await this.#breathe();
    }
    if (type === PARSE && message[5] === 0 && message.length <= LONGEST_BYTES) {
      return this.#parse(message, options);
    }
    const current = this.#current;
    if (current === undefined) return this.#send(message, options);
    if (type === DESCRIBE) return described(current, message);
    if (type === BIND) {
      this.#bound = withName(message, 6, current.name);
      return [];
    }
    if (type === EXECUTE && this.#bound !== undefined) return this.#execute(current, message, options);
    return this.#send(message, options);
  }

  async #parse(message: Uint8Array, options?: ExecProtocolOptions): Promise<Message[]> {
    const key = Buffer.from(message).toString('latin1');
    let prepared = this.#prepared.get(key);
    if (prepared === undefined) {
      const name = `kept_${++this.#made}`;
      const messages = [
        ...this.#unwanted.splice(0).map((old) => serialize.close({ type: 'S', name: old })),
        withName(message, 5, name),
        serialize.describe({ type: 'S', name }),
      ];
      prepared = { name, description: await super.execProtocolStream(Buffer.concat(messages), options) };
    }
    this.#prepared.delete(key);
    this.#prepared.set(key, prepared);
    for (const [oldest] of this.#prepared) {
      if (this.#prepared.size <= KEPT) break;
      this.#forget(oldest);
    }
    this.#current = prepared;
    return [];
  }

  async #execute(current: Prepared, message: Uint8Array, options?: ExecProtocolOptions): Promise<Message[]> {
    const bound = this.#bound ?? new Uint8Array();
    this.#bound = undefined;
    this.#isSynced = true;
    try {
      return await this.#send(Buffer.concat([bound, message, serialize.sync()]), options);
    } catch (error) {
      for (const [key, { name }] of this.#prepared) if (name === current.name) this.#forget(key);
      throw error;
    }
  }

  /** After a change of the schema a statement may give other rows than what was said of it. */
  async #send(message: Uint8Array, options?: ExecProtocolOptions): Promise<Message[]> {
    const messages = await super.execProtocolStream(message, options);
    if (messages.some(isChangeOfSchema)) for (const key of [...this.#prepared.keys()]) this.#forget(key);
    return messages;
  }

  /**
   * PGlite copies its table of parsers for each query that has parsers of its own, as drizzle's have. Most of
   * the table is for arrays of what nobody asks for, such as the rows of some table.
   */
  async #leaveOutParsers(): Promise<void> {
    const { rows } = await this.query<{ arrays: number }>(RARE_ARRAYS);
    const parsers = { ...this.parsers };
    for (const { arrays } of rows) delete parsers[arrays];
    this.parsers = parsers;
  }

  #forget(key: string): void {
    const old = this.#prepared.get(key);
    if (old !== undefined) this.#unwanted.push(old.name);
    this.#prepared.delete(key);
  }
}

/** Of a statement: its parameters and its rows; of what is about to run: its rows. */
function described({ description }: Prepared, message: Uint8Array): Message[] {
  const isOfStatement = message[5] === STATEMENT;
  return description.filter(({ name }) => isOfStatement || name === 'rowDescription');
}

const CHANGE_OF_SCHEMA = /^(?:CREATE|ALTER|DROP)\b/;

function isChangeOfSchema(message: Message): boolean {
  return message.name === 'commandComplete' && CHANGE_OF_SCHEMA.test(String(Reflect.get(message, 'text')));
}

/** A message whose empty name at a place is another one. */
function withName(message: Uint8Array, at: number, name: string): Uint8Array {
  const named = Buffer.concat([message.subarray(0, at), Buffer.from(name), message.subarray(at)]);
  named.writeUInt32BE(named.length - 1, 1);
  return named;
}
