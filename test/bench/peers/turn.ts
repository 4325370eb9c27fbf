/** What every peer is given by the benchmark that starts it: where the model is, and a database. */
export const MODEL_URL = process.env.MODEL_BASE_URL ?? '';
export const DATABASE_URL = process.env.DATABASE_URL ?? '';

export const MODEL = 'scripted/model';
export const SYSTEM = 'You look things up.';

/** The one tool that each peer has: it only reads, and answers at once. */
export const LOOK_UP = {
  name: 'hub_search',
  description: 'Looks something up.',
  parameters: {
    type: 'object' as const,
    properties: { query: { type: 'string' as const } },
    required: ['query'],
    additionalProperties: false as const,
  },
};

export const lookUp = ({ query }: { query: string }): string => `found ${query}`;

/** How many model calls a run may take: more than it does. */
export const MOST_CALLS = 10_000;

/**
 * Runs `turn` for every request that the benchmark sends, one after another, until it hangs up. A turn that
 * fails ends the process.
 */
export async function serveTurns(turn: (request: string, id: number) => Promise<unknown>): Promise<void> {
  let number = 0;
  process.on('message', ({ request }: { request: string }) => void turn(request, ++number));
  process.once('disconnect', () => process.exit(0));
  process.send?.('ready');
}
