import type pg from 'pg';

/** What has been asked of a server over a pool. */
export type Statements = {
  texts: string[];
  /** How many of them contain `part`. */
  count(part: string): number;
};

/** Notes every statement that goes over these pools from now on. */
export function noteStatements(pools: readonly pg.Pool[]): Statements {
  const texts: string[] = [];
  const noted = new WeakSet<pg.PoolClient>();
  const note = (client: pg.PoolClient) => {
    if (noted.has(client)) return;
    noted.add(client);
    const query = client.query;
    client.query = (...args: unknown[]) => {
      const [first] = args;
      texts.push(typeof first === 'string' ? first : String(Reflect.get(Object(first), 'text')));
      return Reflect.apply(query, client, args);
    };
  };
  for (const pool of pools) pool.on('acquire', note);
  return { texts, count: (part) => texts.filter((text) => text.includes(part)).length };
}
