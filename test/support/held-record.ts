import pg from 'pg';

/** What people's clicks, commands and dialogs write to. */
const WRITTEN = ['operations', 'tool_calls', 'messages', 'feedback', 'channel_rules'];

/** A record on Postgres, held from outside. */
export class HeldRecord {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** From now on nobody can write to it what people click. */
  static async hold(connectionString: string | undefined): Promise<HeldRecord> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const tables = WRITTEN.map((table) => `ml_intern.${table}`).join(', ');
    await client.query('begin');
    await client.query(`lock table ${tables} in exclusive mode`);
    return new HeldRecord(client);
  }

  /** Whether somebody waits for it. */
  async isWanted(): Promise<boolean> {
    const { rows } = await this.#client.query<{ n: number }>(
      `select count(*)::int as n from pg_locks where not granted
        and database = (select oid from pg_database where datname = current_database())`,
    );
    return (rows[0]?.n ?? 0) > 0;
  }

  /** Ends all connections of others, as if those had died. */
  async cutOthers(): Promise<void> {
    await this.#client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    );
  }

  async letGo(): Promise<void> {
    await this.#client.query('commit');
    await this.#client.end();
  }
}
