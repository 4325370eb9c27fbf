import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Redis } from 'ioredis';
import { placeOf, withoutBrackets } from '../../db/server-url.ts';
import { messageOf } from '../../lib/errors.ts';
import { FINE, type Finding, type Probe, refused } from '../../lib/probe.ts';
import { awayReason, certificateProblem, isNoTls } from '../../lib/unreachable.ts';
import { whoAnswers } from './who-answers.ts';

const SETTING = 'REDIS_URL';

/** Older servers lack commands that the queues use. */
const LEAST_VERSION = [6, 2] as const;

const ANSWER_MS = 8_000;

/** Asks a Redis whether the queues can run on it, by writing what they write too. */
export function redisProbe(url: string, prefix: string): Probe {
  const who = `Redis at ${placeOf(url, '6379')} (${SETTING})`;
  return {
    who,
    async ask() {
      if (url.startsWith('rediss:') && (await answersPlainly(url))) return refused(NO_TLS);
      const redis = new Redis(url, {
        lazyConnect: true,
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
        connectTimeout: ANSWER_MS,
        commandTimeout: ANSWER_MS,
        enableReadyCheck: false,
      });
      let trouble: unknown;
      redis.on('error', (error) => {
        trouble ??= error; // it says more than what a command that was under way is told
      });
      try {
        await redis.connect();
        const faults = faultsOf(await redis.info());
        if (faults.length > 0) return refused(...faults);
        await redis.set(`${prefix}:asked`, '', 'EX', 60);
        // A database that is not there is told in passing, and another one used.
        return trouble === undefined ? FINE : await classify(trouble, who, url);
      } catch (error) {
        return await classify(trouble ?? error, who, url);
      } finally {
        redis.disconnect();
      }
    },
  };
}

function faultsOf(info: string): string[] {
  const of = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  const version = of('redis_version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const policy = of('maxmemory_policy');
  const [leastMajor, leastMinor] = LEAST_VERSION;
  const isOld = version !== '' && (major < leastMajor || (major === leastMajor && minor < leastMinor));
  if (of('redis_mode') === 'sentinel')
    return [`${SETTING} leads to a Sentinel. Have it lead to the primary that this one watches.`];
  if (of('redis_mode') === 'cluster' || of('cluster_enabled') === '1') return [CLUSTER];
  if (of('role') === 'slave') return [REPLICA];
  return [
    ...(isOld
      ? [`${SETTING} leads to Redis ${version}; the queues need ${LEAST_VERSION.join('.')} or newer.`]
      : []),
    ...(policy !== '' && policy !== 'noeviction'
      ? [
          `${SETTING} leads to a Redis with maxmemory-policy ${policy}, which throws jobs away when it is full. Set it: CONFIG SET maxmemory-policy noeviction (and in its configuration).`,
        ]
      : []),
  ];
}

const NO_TLS = `${SETTING} asks for TLS, which the server does not speak. Begin it with redis:// instead of rediss://.`;
const ONLY_TLS = `${SETTING} leads to a server that speaks TLS. Begin it with rediss:// instead of redis://.`;
const CLUSTER = `${SETTING} leads to a Redis cluster, on which the queues can't run. Use a single server (or the primary of a failover pair).`;
const REPLICA = `${SETTING} leads to a replica, which only reads. Have it lead to the primary.`;

/**
 * What a Redis says first when it refuses something:
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const REFUSALS: readonly (readonly [RegExp, (said: string) => string])[] = [
  [
    /^WRONGPASS|invalid (username-password|password)/i,
    () => `${SETTING} is refused: the user or the password is wrong.`,
  ],
  [
    /^NOAUTH|HELLO must be called/i,
    () => `${SETTING} has no password, and the server asks for one: redis://:PASSWORD@host:6379.`,
  ],
  [
    /AUTH.*(no password is set|without any password)/i,
    () => `${SETTING} has a password, and the server has none. Leave it out.`,
  ],
  [
    /^NOPERM/,
    (said) =>
      `${SETTING}: its user may not do what the queues do (${said}). Let it: ACL SETUSER … ~* &* +@all -@admin +info.`,
  ],
  [
    /^DENIED/,
    () =>
      `${SETTING} leads to a Redis in protected mode, which talks to its own machine alone. Give it a password.`,
  ],
  [/^OOM/, () => `${SETTING} leads to a Redis that is full. Raise its maxmemory, or remove what fills it.`],
  [
    /^MISCONF/,
    () =>
      `${SETTING} leads to a Redis that takes no writes because it can't save them to its disk. Make room there.`,
  ],
  [/^READONLY/, () => REPLICA],
  [/^(CLUSTERDOWN|MOVED|ASK|CROSSSLOT)/, () => CLUSTER],
  [
    /DB index|invalid DB/i,
    () =>
      `${SETTING} names a database that the server does not have: the number after the last slash is too high.`,
  ],
];

async function classify(error: unknown, who: string, url: string): Promise<Finding> {
  const said = messageOf(error).split('\n', 1)[0] ?? '';
  const certificate = certificateProblem(error);
  if (certificate !== undefined) {
    return refused(
      `${SETTING}: the server shows ${certificate}. Name the file of the authority that signed it with NODE_EXTRA_CA_CERTS.`,
    );
  }
  for (const [shape, sentence] of REFUSALS) if (shape.test(said)) return refused(sentence(said));
  const { hostname, port } = new URL(url);
  const speaker = await whoAnswers(hostname, Number(port || 6379));
  if (speaker !== undefined && speaker !== 'a Redis')
    return refused(`${SETTING} leads to ${speaker}, which is no Redis. Check host and port.`);
  if (isNoTls(error)) return refused(NO_TLS);
  if (url.startsWith('redis:') && (await answersTls(url))) return refused(ONLY_TLS);
  if (/protocol error|as reply type byte|RESP type/i.test(said))
    return refused(`${SETTING} leads to something that is no Redis. Check host and port.`);
  const why = awayReason(error);
  if (why !== undefined) return { kind: 'away', who, why };
  if (/^(LOADING|MASTERDOWN|BUSY|NOREPLICAS|TRYAGAIN)|max number of clients/i.test(said))
    return { kind: 'away', who, why: said };
  return refused(`${SETTING} is refused: ${said}.`);
}

const CHECK_MS = 2_000;

/** Whether somebody at that place shakes hands as TLS has it, with whatever certificate. */
function answersTls(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connectTls({
      host: withoutBrackets(hostname),
      port: Number(port || 6379),
      rejectUnauthorized: false,
      timeout: CHECK_MS,
    });
    const end = (isTls: boolean) => () => {
      socket.destroy();
      resolve(isTls);
    };
    socket.once('secureConnect', end(true));
    // A server that wants a certificate of ours has spoken TLS, too.
    socket.once('error', (error) =>
      end(/ERR_SSL_.*ALERT|certificate required/i.test(`${codeOf(error)} ${error.message}`))(),
    );
    socket.once('timeout', end(false));
  });
}

/** Whether somebody at that place answers a Redis command without TLS. */
function answersPlainly(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: withoutBrackets(hostname),
      port: Number(port || 6379),
      timeout: CHECK_MS,
    });
    const end = (isPlain: boolean) => {
      socket.destroy();
      resolve(isPlain);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => end(/^[+-]/.test(String(data))));
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => end(false));
  });
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');
