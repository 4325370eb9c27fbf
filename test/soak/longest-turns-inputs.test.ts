import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readable as readOnDiscord } from '../../adapters/discord/reading.ts';
import { SeenMessage, slackReader } from '../../adapters/slack/reading.ts';
import type { Storage } from '../../src/db/storage.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { hubToken } from '../../src/hub/token.ts';
import { receiveFiles } from '../../src/intake/received.ts';
import { curveFile, logFile } from '../../src/jobs/files.ts';
import { readLog } from '../../src/jobs/follow-log.ts';
import type { Following } from '../../src/jobs/following.ts';
import { endReport, statusLine } from '../../src/jobs/report.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createRedaction } from '../../src/lib/redaction.ts';
import { createMcpTools } from '../../src/tools/mcp/tools.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { takenCall } from '../support/hostile-ground.ts';
import { INCOMING_TEXTS as TEXTS } from '../support/hostile-texts.ts';
import { intakeOn } from '../support/intake.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';
import { mcpProgram } from '../support/mcp-program.ts';
import { ADA, watch } from '../support/snapshots.ts';
import { useStorage } from '../support/use-storage.ts';

/* What comes in without a call: followed logs, servers of tools, people’s words, files and events. */

let hub: HubDouble;
beforeAll(async () => {
  hub = await HubDouble.start();
});
afterAll(() => hub.close());

let storage: Storage;
useStorage((made) => {
  storage = made;
});

const MB = 1_000_000;
async function keepsNobodyWaiting(work: () => Promise<unknown>): Promise<void> {
  const { ms } = await quickestTurn(work);
  expect(ms).toBeLessThan(LONGEST_TURN_MS);
}

describe('a job’s log', () => {
  const redaction = createRedaction();

  /** Follows a job that has printed these lines from its first to its last, and tells of it. */
  async function followed(lines: readonly string[]): Promise<void> {
    hub.course = () => ({ queueMs: 0, runMs: 0, stage: 'COMPLETED', lines });
    const jobs = createHubJobs(hub.url, hubToken('hf_test'));
    const signal = AbortSignal.timeout(60_000);
    const spec = { image: 'i', command: ['true'], environment: {}, secrets: {}, flavor: 'cpu-basic' };
    const job = await jobs.run('ada', { ...spec, timeoutSeconds: 60, labels: {} }, signal);
    const watched = watch({ jobId: job.id, namespace: 'ada' });
    const following = {
      deps: { jobs, pollMs: 1_000, clock: systemClock, random: () => 0.5, redaction },
      watch: watched,
      signal,
      snapshot: watched.snapshot,
      ending: Promise.resolve(watched.snapshot),
    } as unknown as Following;
    await readLog(following);
    const { progress } = following;
    expect(progress).toBeDefined();
    const seen = { ...watched, snapshot: { ...following.snapshot, ...(progress ? { progress } : {}) } };
    statusLine(seen);
    await endReport(jobs, seen, signal);
    expect(await logFile(jobs, seen, 'f1', redaction, signal)).toMatchObject({ ok: true });
    await curveFile(seen, 'f2');
  }

  beforeAll(async () => {
    // What draws curves is loaded once in a process, which is half a second of its own.
    await import('../../src/jobs/curve.ts');
  });

  test.each(TEXTS)('with one line of %s keeps nobody waiting', async (_name, make) => {
    await keepsNobodyWaiting(() => followed([make(0.3 * MB)]));
  });

  test.each(TEXTS)('with lines of %s keeps nobody waiting', async (_name, make) => {
    const lines = Array.from({ length: 300 }, (_, i) => `${i} ${make(1_990)}`);
    await keepsNobodyWaiting(() => followed(lines));
  });
});

describe('a server of tools', () => {
  const CONTENTS: Readonly<Record<string, string>> = {
    'one text': `[{ type: 'text', text: TEXT }]`,
    'many texts': `Array.from({ length: 40000 }, () => ({ type: 'text', text: TEXT.slice(0, 200) }))`,
    links: `Array.from({ length: 20000 }, () => ({ type: 'resource_link', name: '[', uri: TEXT.slice(0, 300) }))`,
    'a resource': `[{ type: 'resource', resource: { uri: TEXT.slice(0, 9e5), text: TEXT } }]`,
    'parts of no kind': `Array.from({ length: 20000 }, (_, i) => ({ ['k' + i]: [TEXT.slice(0, 100)] }))`,
    'a picture that is none': `[{ type: 'image', mimeType: TEXT.slice(0, 9e5), data: TEXT }]`,
    'no list': `({ a: TEXT })`,
  };
  const texts = TEXTS.filter(([name]) =>
    ['names of YAML', 'ends of keys', 'digits', 'quotes'].includes(name),
  );

  test.each(
    Object.keys(CONTENTS).flatMap((what) => texts.map(([name, make]) => [what, name, make] as const)),
  )('that answers %s of %s keeps nobody waiting', async (what, _name, make) => {
    const text = `const TEXT = ${JSON.stringify(make(1_000))}.repeat(3000);`;
    const results = `{
        'tools/list': { tools: [{ name: 't', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }] },
        'tools/call': (() => { ${text} return { content: ${CONTENTS[what]} }; })() }`;
    const log = createLogger('silent', (line) => line);
    const rest = { approval: 'never' as const, hide: [], resources: false, prompts: false };
    const server = { endpoint: mcpProgram(results), ...rest, timeoutMs: 20_000 };
    const mcp = createMcpTools({ f: server }, log, systemClock);
    onTestFinished(() => mcp.stop());
    await mcp.tried(new AbortController().signal);
    const [tool] = mcp.offered([]);
    if (tool === undefined) throw new Error('there is no tool');
    const { ms, output } = await takenCall(tool, '{}');
    expect(ms).toBeLessThan(LONGEST_TURN_MS);
    expect(output.length).toBeLessThanOrEqual(25_000);
  });
});

describe('what people write', () => {
  // Five times what Slack takes, fifty times what Discord does.
  const SIZE = 200_000;
  const reader = slackReader({
    people: { name: async (id: string) => id, channelName: async (id: string) => id },
    botUserId: 'UBOT',
  });
  const section = (text: string) => ({ type: 'rich_text_section', elements: [{ type: 'text', text }] });

  /** A message of Slack's that has the text in every place that is read. */
  const onSlackWith = (text: string) =>
    SeenMessage.parse({
      ts: '1.000001',
      user: 'U1',
      text,
      blocks: [
        {
          type: 'rich_text',
          elements: [section(text), { type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
        },
        { type: 'section', text: { type: 'mrkdwn', text }, fields: [{ type: 'mrkdwn', text }] },
      ],
      attachments: [
        {
          pretext: text,
          title: text,
          text,
          fallback: text,
          footer: text,
          fields: [{ title: text, value: text }],
        },
      ],
      files: [{ id: 'F1', name: text.slice(0, 10_000), preview: text }],
    });

  test.each(TEXTS)('on Slack, of %s, keeps nobody waiting', async (_name, make) => {
    const message = onSlackWith(make(SIZE));
    await keepsNobodyWaiting(async () => {
      await reader.said(message);
      await reader.attributed(message);
      await reader.quoted(message);
      await reader.shared(message, []);
    });
  });

  test.each(TEXTS)('on Discord, of %s, keeps nobody waiting', async (_name, make) => {
    const client = { user: { id: '1' } } as Parameters<typeof readOnDiscord>[0];
    const channel = { type: 1, client: { users: { cache: new Map() } } };
    const message = { content: make(SIZE), channel, guild: null } as unknown as Parameters<
      typeof readOnDiscord
    >[1];
    await keepsNobodyWaiting(async () => readOnDiscord(client, message));
  });

  test.each(TEXTS)(
    'of %s is taken in with its background and files, and keeps nobody waiting',
    async (name, make) => {
      const whole = make(SIZE);
      const rules = { max_mb: 20, per_message: 10, extensions: ['csv', 'png', 'txt'] };
      const intake = intakeOn(storage.db, () => {});
      await keepsNobodyWaiting(async () => {
        const thread = randomIds.next('t'); // another one each time that it is done
        const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread };
        const offered = ['csv', 'png', 'txt'].map((extension, i) => ({
          id: `${thread}_${i}`,
          name: `${whole.slice(0, 5_000)}.${extension}`,
          download: async () => Buffer.from(make(MB)),
        }));
        const { images, attachments } = await receiveFiles(offered, rules);
        expect(attachments).toHaveLength(3);
        // As much as adapters give: of what is shown, twenty pieces that are cut.
        const [told, text] = [whole.slice(0, 8_000), whole.slice(0, 40_000)];
        const background = {
          before: told,
          linked: [{ key: 'k', text: told }],
          shown: whole.slice(0, 80_000),
          ...{ repliedTo: told, meant: told },
        };
        await intake.message({
          ...{ address, sourceId: `${thread}${name}`, messageId: thread, text, background },
          ...{ author: { ...ADA, name: text.slice(0, 1_000) }, images, attachments },
        });
      });
    },
  );
});
