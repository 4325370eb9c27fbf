import pg from 'pg';
import { optionsRefused } from '../../db/pooler.ts';
import { connectionString, placeOf } from '../../db/server-url.ts';
import { messageOf } from '../../lib/errors.ts';
import { FINE, type Finding, type Probe, refused } from '../../lib/probe.ts';
import { awayReason, certificateProblem, codesOf } from '../../lib/unreachable.ts';
import { type Speaker, whoAnswers } from './who-answers.ts';

/** Older servers lack what the record is written with. */
const LEAST_VERSION = 13;

/** How long one may take to answer before it counts as away. */
const ANSWER_MS = 8_000;

/** Asks a Postgres whether the record can be kept there. `setting` is where its URL comes from. */
export function postgresProbe(setting: string, url: string, schemas: readonly string[]): Probe {
  const who = `Postgres at ${placeOf(url, '5432')} (${setting})`;
  return {
    who,
    async ask() {
      const client = new pg.Client({
        connectionString: connectionString(url),
        connectionTimeoutMillis: ANSWER_MS,
        query_timeout: ANSWER_MS,
      });
      client.on('error', () => {}); // the query that was on it tells
      try {
        await client.connect();
        const faults = faultsOf(setting, await stateOf(client, schemas));
        return faults.length === 0 ? FINE : refused(...faults);
      } catch (error) {
        const other = codesOf(error).some(isState) ? undefined : await otherThanPostgres(url);
        if (other === undefined) return classify(error, setting, who, url);
        return refused(`${setting} leads to ${other}, which is no Postgres. Check host and port.`);
      } finally {
        void client.end().catch(() => {});
      }
    },
  };
}

type State = {
  version: number;
  database: string;
  role: string;
  encoding: string;
  isRecovering: boolean;
  isReadOnly: boolean;
  canCreate: boolean;
  /** Schemas of ours that are there, and whether this role may use them and add to them. */
  schemas: { name: string; isUsable: boolean }[];
  /** Tables of ours that this role may not write. */
  foreign: string[];
};

async function stateOf(client: pg.Client, schemas: readonly string[]): Promise<State> {
  const { rows } = await client.query<State>(
    `select current_setting('server_version_num')::int / 10000 as version,
       current_database() as database, current_user as role,
       pg_encoding_to_char(d.encoding) as encoding,
       pg_is_in_recovery() as "isRecovering",
       current_setting('transaction_read_only')::bool as "isReadOnly",
       has_database_privilege(d.oid, 'CREATE') as "canCreate",
       coalesce((select json_agg(json_build_object('name', n.nspname, 'isUsable',
         has_schema_privilege(n.oid, 'USAGE') and has_schema_privilege(n.oid, 'CREATE')))
         from pg_namespace n where n.nspname = any($1)), '[]') as schemas,
       array(select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any($1) and c.relkind in ('r', 'p') and not pg_has_role(c.relowner, 'USAGE')
         order by 1 limit 1) as foreign
     from pg_database d where d.datname = current_database()`,
    [schemas],
  );
  const [state] = rows;
  if (state === undefined) throw new Error('the server tells nothing of the database');
  return {
    ...state,
    schemas: state.schemas.length === schemas.length ? state.schemas : missing(state, schemas),
  };
}

/** A schema that is not there has to be made, which takes a right of its own. */
function missing(state: State, wanted: readonly string[]): State['schemas'] {
  const there = new Set(state.schemas.map(({ name }) => name));
  const others = wanted
    .filter((name) => !there.has(name))
    .map((name) => ({ name, isUsable: state.canCreate }));
  return [...state.schemas, ...others];
}

function faultsOf(setting: string, state: State): string[] {
  const { version, database, role, encoding, isRecovering, isReadOnly, schemas, foreign } = state;
  if (version < LEAST_VERSION)
    return [`${setting} leads to Postgres ${version}; the record needs ${LEAST_VERSION} or newer.`];
  if (isRecovering)
    return [
      `${setting} leads to a server in recovery (a standby), which only reads. Have it lead to the primary.`,
    ];
  if (isReadOnly)
    return [
      `${setting} leads to a database that is read-only for "${role}" (default_transaction_read_only). Use the primary, or: ALTER ROLE "${role}" SET default_transaction_read_only = off.`,
    ];
  const closed = schemas.filter(({ isUsable }) => !isUsable).map(({ name }) => name);
  return [
    ...(encoding === 'UTF8'
      ? []
      : [
          `${setting} leads to a database in ${encoding}, which can't hold what people write. Make one in UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
        ]),
    ...(closed.length === 0
      ? []
      : [
          `${setting}: the user "${role}" may not create the schemas ${closed.join(', ')} in the database "${database}", or not use them. Let it: GRANT CREATE ON DATABASE "${database}" TO "${role}".`,
        ]),
    ...(foreign.length === 0
      ? []
      : [
          `${setting}: the tables of the record (${foreign[0]}) belong to another user than "${role}". Use that user, or: REASSIGN OWNED BY … TO "${role}".`,
        ]),
  ];
}

/** SQL states of a refusal that stays one until somebody acts. */
const REFUSALS: Readonly<Record<string, (said: string) => string>> = {
  '28P01': () => 'is refused: the user or the password is wrong',
  '28000': (said) => {
    if (/no PostgreSQL user name/i.test(said))
      return 'names no user: it looks like postgres://user:password@host:5432/database';
    return /no encryption|SSL off/i.test(said)
      ? 'is refused: the server wants TLS. Add ?sslmode=require to it, or what docs/OPERATIONS.md has under "The way out"'
      : `is refused: the user may not connect (${said})`;
  },
  '3D000': (said) => `names a database that does not exist (${said}). Create it: createdb NAME`,
  '42501': (said) => `is refused: the user has no right to connect (${said})`,
  '53100': () => 'leads to a server whose disk is full. Make room on it',
  '0A000': (said) => `leads to a server that can't do what the record needs (${said})`,
};

/** Codes of Postgres itself, as against those of a system call (`EPIPE`). */
const isState = (code: string): boolean => /^(?=.*\d)[0-9A-Z]{5}$/.test(code);

async function otherThanPostgres(url: string): Promise<Speaker | undefined> {
  const { hostname, port, searchParams } = new URL(url);
  if (searchParams.has('host') || hostname === '' || hostname.startsWith('%2F')) return undefined; // a Unix socket
  const speaker = await whoAnswers(hostname, Number(port || 5432));
  return speaker === 'a Postgres' ? undefined : speaker;
}

function classify(error: unknown, setting: string, who: string, url: string): Finding {
  const said = messageOf(error).split('\n', 1)[0] ?? '';
  const certificate = certificateProblem(error);
  if (certificate !== undefined) {
    return refused(
      `${setting}: the server shows ${certificate}. Name the file of the authority that signed it with sslrootcert=FILE in it or NODE_EXTRA_CA_CERTS, or give up checking it with sslmode=no-verify.`,
    );
  }
  if (/does not support SSL|establishing an SSL connection/i.test(said))
    return refused(`${setting} asks for TLS, which the server does not speak. Set sslmode=disable in it.`);
  if (/password must be a (string|non-empty)|no password/i.test(said))
    return refused(`${setting} has no password, and the server asks for one.`);
  const [code = ''] = codesOf(error);
  if (said.includes('unsupported startup parameter')) return refused(optionsRefused(setting));
  if (code === '08P01' && !PASSING.test(said)) return refused(`${setting} is refused: ${said}.`);
  const why = awayReason(error) ?? (PASSING.test(said) ? said : undefined);
  if (why !== undefined) return { kind: 'away', who, why };
  const known = REFUSALS[code];
  if (known !== undefined) return refused(`${setting} ${known(said)}.`);
  if (code === 'EACCES')
    return refused(`${setting}: the socket of ${placeOf(url, '5432')} may not be used by this user.`);
  if (code === 'ENOENT') return { kind: 'away', who, why: 'its socket is not there' };
  return refused(`${setting} is refused: ${said}.`);
}

/** What poolers say while the server behind them is away, or while they are full. */
const PASSING =
  /cannot connect|login has been failing|try again|shut(ting)? ?down|starting up|too many|no more connections|query_wait_timeout|server conn crashed|server closed the connection/i;
