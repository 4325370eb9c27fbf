import { routesOf, type Serving } from '../../adapters/web/routes.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { InFlight } from '../../src/lib/in-flight.ts';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';

/** A log that keeps all that was said. */
export function quiet() {
  const lines: string[] = [];
  const note = (...said: unknown[]) => void lines.push(JSON.stringify(said));
  return { lines, log: { info: note, warn: note, error: note } as unknown as Serving['log'] };
}

/** What is answered of a page without a bot. */
export const routesOfPage = (own: Pick<Serving, 'door' | 'log'> & Partial<Serving>) =>
  routesOf({
    ...{ clock: systemClock, setUp: undefined, lacks: [], models: [], note: undefined },
    ...{ board: {} as Serving['board'], controller: {} as Serving['controller'] },
    files: { max_mb: 20, per_message: 10, extensions: [] } as unknown as Serving['files'],
    elsewhere: { list: async () => [], read: async () => undefined, revision: async () => undefined },
    bytesOf: async () => undefined,
    inOrder: createKeyedQueue(),
    inFlight: new InFlight(),
    stopping: new AbortController().signal,
    ...own,
  });
