import { expect, test } from 'vitest';
import { serveHealth } from '../../src/lib/health.ts';
import { freePort } from '../support/free-port.ts';

test('a report that can’t be made is answered with 500, and the process goes on', async () => {
  const port = await freePort();
  const health = await serveHealth({ port, host: '127.0.0.1' }, {}, () => {
    throw new Error('can’t be redacted');
  });
  try {
    const answers = await Promise.all(
      ['/healthz', '/readyz', '/other'].map((path) => fetch(`http://127.0.0.1:${port}${path}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([500, 500, 404]);
  } finally {
    await health.close();
  }
});
