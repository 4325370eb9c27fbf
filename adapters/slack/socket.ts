import { type App, type Logger as BoltLogger, SocketModeReceiver } from '@slack/bolt';
import { EnvHttpProxyAgent } from 'undici';
import type { Link } from '../../src/controller/last-seen-loop.ts';
import { orAborted } from '../../src/lib/abort.ts';
import { createBackoff } from '../../src/lib/backoff.ts';
import { boundedFetch } from '../../src/lib/bounded-fetch.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { InFlight } from '../../src/lib/in-flight.ts';
import type { Logger } from '../../src/lib/log.ts';
import { hasProxy, proxyOptions } from '../../src/lib/network.ts';
import type { Tokens } from '../../src/lib/tokens.ts';
import { drained } from '../shared/draining.ts';
import { isRefusedToken } from './delivery.ts';

type Init = Parameters<SocketModeReceiver['init']>[0];
type Event = Parameters<App['processEvent']>[0];
type Answer = Parameters<Event['ack']>[0];

/**
 * Slack shows that nothing happened after three seconds
 * (https://docs.slack.dev/interactivity/handling-user-interaction, "Acknowledgment response"): what takes
 * longer than this is acknowledged before it is done.
 */
const ACKNOWLEDGE_MS = 2_000;

/** Waits between attempts to connect. */
const WAITS = { firstMs: 200, longestMs: 30_000 };

/**
 * A token that Slack refuses seldom comes back: it is tried so often, in case that somebody has put it right.
 */
const REFUSED_MS = 5 * 60_000;

/** One call of apps.connections.open. */
const OPEN_MS = 10_000;

/**
 * Connecting as a whole, up to Slack's first words on the socket: one that says nothing would be waited for
 * minutes.
 */
const CONNECT_MS = 20_000;

/** After a connection that held for so long, the next one is tried without delay. */
const GOOD_MS = 30_000;

const NO_ANSWER = `Slack’s socket has not answered within ${CONNECT_MS / 1000} s`;

export type SocketOptions = {
  appToken: string;
  apiUrl: string;
  logger: BoltLogger;
  log: Logger;
  tokens: Pick<Tokens, 'refused' | 'taken'>;
};

/**
 * Socket Mode that acknowledges a delivery only once its listeners are through, that is, once what it asks
 * for is in the record. Bolt acknowledges before; a process that dies in between would lose it. An event that
 * is not acknowledged is delivered again; of a click that is not, Slack says so to whoever clicked.
 *
 * It connects again by itself: Bolt's client waits for hours after a long outage, and ends the process where
 * Slack refuses it.
 */
export function createSocket(options: SocketOptions) {
  const inFlight = new InFlight();
  const receiver = receiverOf(options, inFlight);
  const socket: Socket = {
    client: receiver.client,
    log: options.log,
    tokens: options.tokens,
    stopping: new AbortController(),
    isUp: false,
    upSince: 0,
    trouble: undefined,
    broken: undefined,
    lost: Promise.withResolvers(),
  };
  listenTo(socket);
  return {
    receiver,
    link: {
      isUp: () => socket.isUp,
      onUp: (listener: () => void) => void socket.client.on('connected', listener),
      trouble: () => socket.trouble,
    } satisfies Link,
    /** Connects; where Slack can't be reached, later. Throws what Slack says where it refuses the token. */
    async start(): Promise<void> {
      await connect(socket).catch((error: unknown) => {
        if (isRefusedToken(error)) throw error;
        tell(socket, error);
      });
      void keepConnected(socket);
    },
    stop: (): Promise<void> =>
      drained(inFlight, () => {
        socket.stopping.abort();
        socket.lost.resolve();
        void socket.client.disconnect().catch(() => {}); // it is disconnected already
      }),
  };
}

type Socket = Pick<SocketOptions, 'log' | 'tokens'> & {
  client: SocketModeReceiver['client'];
  stopping: AbortController;
  isUp: boolean;
  upSince: number;
  /** Why it could not be connected the last time. */
  trouble: string | undefined;
  /** What has gone wrong since it was last connected. */
  broken: Error | undefined;
  /** Resolves when this connection is over. */
  lost: PromiseWithResolvers<void>;
};

function receiverOf({ appToken, apiUrl, logger }: SocketOptions, inFlight: InFlight): DurableReceiver {
  return new DurableReceiver(inFlight, {
    appToken,
    logger,
    autoReconnectEnabled: false,
    ...(hasProxy() ? { dispatcher: proxied() } : {}),
    installerOptions: {
      clientOptions: {
        slackApiUrl: apiUrl,
        retryConfig: { retries: 0 },
        timeout: OPEN_MS,
        fetch: boundedFetch(),
      },
    },
  });
}

function listenTo(socket: Socket): void {
  const { client, tokens, log } = socket;
  client.on('connected', () => {
    socket.isUp = true;
    socket.upSince = systemClock.monotonic();
    socket.trouble = undefined;
    tokens.taken('SLACK_APP_TOKEN');
    log.info('connected to Slack');
  });
  client.on('error', (error: Error) => {
    socket.broken = error;
  });
  client.on('close', () => {
    socket.isUp = false;
  });
  client.on('disconnected', () => {
    socket.isUp = false;
    socket.lost.resolve();
  });
}

/** Connects. Throws why that could not be done. */
async function connect(socket: Socket): Promise<void> {
  socket.lost = Promise.withResolvers();
  socket.broken = undefined;
  const limit = AbortSignal.timeout(CONNECT_MS);
  try {
    await orAborted(socket.client.start(), limit);
  } catch (error) {
    const why = error ?? socket.broken ?? new Error('the connection was lost');
    const told = limit.aborted ? new Error(NO_ANSWER, { cause: why }) : why;
    socket.trouble = messageOf(told);
    if (limit.aborted) hangUp(socket);
    throw told;
  }
}

/** The first close would wait for an answer, the second one does not. */
function hangUp({ client }: Socket): void {
  for (let i = 0; i < 2; i++) void client.disconnect().catch(() => {}); // why, whoever connects tells
}

/** Connects again whenever the connection is lost, until it is stopped. */
async function keepConnected(socket: Socket): Promise<void> {
  const { signal } = socket.stopping;
  const pause = (ms: number) => systemClock.sleep(ms, signal).catch(() => {}); // stopped: seen below
  const backoff = createBackoff(WAITS);
  while (!signal.aborted) {
    if (socket.isUp) {
      await socket.lost.promise;
      if (systemClock.monotonic() - socket.upSince >= GOOD_MS) backoff.reset();
    }
    await pause(backoff.next());
    if (signal.aborted) return;
    try {
      await connect(socket);
    } catch (error) {
      if (signal.aborted) return;
      await pause(tell(socket, error));
    }
  }
}

/** Says why it can't connect; returns how long it had better not try. */
function tell({ log, tokens }: Socket, error: unknown): number {
  if (!isRefusedToken(error)) {
    log.warn({ err: error }, 'Slack can’t be connected to; it is tried again');
    return 0;
  }
  tokens.refused('SLACK_APP_TOKEN', 'Slack', error.data.error);
  return REFUSED_MS;
}

/** A WebSocket takes a tunnel of HTTP/1.1, whatever its protocol. */
const proxied = () => new EnvHttpProxyAgent({ ...proxyOptions(), allowH2: false, proxyTunnel: true });

class DurableReceiver extends SocketModeReceiver {
  readonly #inFlight: InFlight;

  constructor(inFlight: InFlight, options: ConstructorParameters<typeof SocketModeReceiver>[0]) {
    super(options);
    this.#inFlight = inFlight;
  }

  override init(app: App): void {
    const processEvent = (event: Event) => this.#inFlight.track(acknowledgeAfter(app, event));
    super.init({ processEvent } as unknown as Init);
  }
}

/**
 * Has an event processed, and then acknowledged; of what somebody waits for, a little before Slack gives it
 * up.
 */
async function acknowledgeAfter(app: App, event: Event): Promise<void> {
  let answer: { is: Answer } | undefined;
  let isLate = false;
  let acknowledging: Promise<void> | undefined;
  const acknowledge = (): Promise<void> => (acknowledging ??= event.ack(answer?.is));
  const timer = setTimeout(() => {
    isLate = event.body.type !== 'event_callback';
    if (isLate && answer !== undefined) void acknowledge().catch(() => {}); // awaited below
  }, ACKNOWLEDGE_MS);
  try {
    await app.processEvent({
      ...event,
      async ack(response) {
        answer = { is: response };
        if (isLate) await acknowledge();
      },
    });
  } finally {
    clearTimeout(timer);
  }
  if (answer !== undefined || event.body.type === 'event_callback') await acknowledge();
}
