import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut and opened again, as a network does. */
export type Wire = { url: string; cut(): void; mend(): void; close(): Promise<void> };

/** Stands in front of the server of `target`; its own URL is `target` with another port. */
export async function createProxy(target: string): Promise<Wire> {
  const goal = new URL(target);
  const port = Number(goal.port || (goal.protocol.startsWith('redis') ? 6379 : 5432));
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = createConnection(port, goal.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  function cut(): void {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  }
  return {
    url: url.toString(),
    cut,
    mend: () => {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
