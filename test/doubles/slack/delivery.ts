import { createHmac, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { sleep } from '../http.ts';

/** Something that Slack tells an app, in the form it has on the wire. */
export type Notice = {
  kind: 'events_api' | 'interactive' | 'slash_commands';
  payload: Record<string, unknown>;
};

/** How notices reach the app. Resolves with whether it acknowledged one, and with what. */
export type Transport = { deliver(notice: Notice, attempt: number): Promise<Receipt>; close(): void };

/** Whether a notice was acknowledged, and what with. */
export type Receipt = { isAcknowledged: boolean; answer?: unknown };

/** An app has three seconds: https://docs.slack.dev/apis/events-api, "Responding to events". */
const ACK_MS = 3_000;

/**
 * Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode. Each notice goes to one connection,
 * and not all to the same.
 */
export class SocketTransport implements Transport {
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #frozen = new WeakSet<WebSocket>();
  readonly #unanswered = new Set<Duplex>();
  readonly #waiting = new Map<string, (answer: unknown) => void>();
  /** How far a connection gets: `handshake` leaves it unanswered, `hello` says nothing once it is open. */
  silentFrom: 'handshake' | 'hello' | undefined;
  /** Whether connections are cut as soon as they are open. */
  cutsAtOnce = false;
  /** How often somebody has begun to connect. */
  attempts = 0;
  #delivered = 0;

  constructor(server: Server) {
    server.on('upgrade', (request, socket, head) => {
      if (!request.url?.startsWith('/socket')) return socket.destroy();
      this.attempts++;
      if (this.silentFrom === 'handshake') return void this.#unanswered.add(socket);
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#welcome(client));
    });
  }

  get connections(): number {
    return this.#sockets.clients.size;
  }

  async deliver({ kind, payload }: Notice, attempt: number): Promise<Receipt> {
    const open = [...this.#sockets.clients].filter((socket) => socket.readyState === 1);
    const client = open[this.#delivered++ % open.length];
    if (client === undefined || this.#frozen.has(client)) return { isAcknowledged: false };
    const envelope_id = randomUUID();
    const retry = attempt > 0 ? { retry_attempt: attempt, retry_reason: 'timeout' } : {};
    const receipt = new Promise<Receipt>((resolve) => {
      const timer = setTimeout(() => resolve({ isAcknowledged: false }), ACK_MS);
      this.#waiting.set(envelope_id, (answer) => {
        clearTimeout(timer);
        resolve({ isAcknowledged: true, answer });
      });
    });
    client.send(
      JSON.stringify({
        type: kind,
        envelope_id,
        payload,
        accepts_response_payload: kind !== 'events_api',
        ...retry,
      }),
    );
    return receipt.finally(() => this.#waiting.delete(envelope_id));
  }

  /** Cuts every connection, as Slack does when it moves an app to another host. */
  disconnect(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  /** All connections are dead from now on, and nobody is told: nothing is read, answered or sent on them. */
  freeze(): void {
    for (const client of this.#sockets.clients) {
      client.pause();
      this.#frozen.add(client);
    }
  }

  close(): void {
    this.disconnect();
    for (const socket of this.#unanswered) socket.destroy();
    this.#sockets.close();
  }

  #welcome(client: WebSocket): void {
    if (this.silentFrom === 'hello') return;
    client.send(JSON.stringify({ type: 'hello', num_connections: this.connections }));
    if (this.cutsAtOnce) return void setTimeout(() => client.terminate(), 20); // its first words arrive
    const pings = setInterval(() => {
      if (!this.#frozen.has(client)) client.ping();
    }, 5_000);
    client.on('close', () => clearInterval(pings));
    client.on('message', (data) => {
      const { envelope_id, payload } = JSON.parse(String(data)) as {
        envelope_id?: string;
        payload?: unknown;
      };
      if (envelope_id) this.#waiting.get(envelope_id)?.(payload);
    });
  }
}

/** What is sent to a request URL. */
const BODIES: Record<Notice['kind'], (payload: Notice['payload']) => string> = {
  events_api: (payload) => JSON.stringify(payload),
  interactive: (payload) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
  slash_commands: (payload) => new URLSearchParams(payload as Record<string, string>).toString(),
};

/** Request URLs, signed as in https://docs.slack.dev/authentication/verifying-requests-from-slack. */
export class HttpTransport implements Transport {
  readonly #url: string;
  readonly #signingSecret: string;

  constructor(url: string, signingSecret: string) {
    this.#url = url;
    this.#signingSecret = signingSecret;
  }

  async deliver({ kind, payload }: Notice, attempt: number): Promise<Receipt> {
    const body = BODIES[kind](payload);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', this.#signingSecret)
      .update(`v0:${timestamp}:${body}`)
      .digest('hex');
    const response = await fetch(this.#url, {
      method: 'POST',
      body,
      headers: {
        'content-type': kind === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
        ...(attempt > 0
          ? { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': 'http_timeout' }
          : {}),
      },
      signal: AbortSignal.timeout(ACK_MS),
    }).catch(() => undefined);
    const answer = response?.headers.get('content-type')?.includes('json')
      ? await response.json()
      : undefined;
    return { isAcknowledged: response?.ok ?? false, answer };
  }

  close(): void {}
}

/**
 * Delivers until acknowledged: at once, then after each of the waits. Slack's own are 0, 1 and 5 minutes. An
 * attempt that is lost reaches nobody.
 */
export async function deliverWithRetries(
  transport: () => Transport | undefined,
  notice: Notice,
  waitsMs: readonly number[],
  isLost: () => boolean,
  onFailure: () => void,
): Promise<Receipt> {
  for (const [attempt, wait] of [0, ...waitsMs].entries()) {
    await sleep(wait);
    if (isLost()) continue;
    const receipt = await transport()?.deliver(notice, attempt);
    if (receipt?.isAcknowledged) return receipt;
    onFailure();
  }
  return { isAcknowledged: false };
}
