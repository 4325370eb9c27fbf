import { describe, expect, test } from 'vitest';
import type { ModelScript } from '../doubles/model.ts';
import { lastText } from '../doubles/model.ts';
import { hasBubblewrap, withLocalSandboxes } from '../support/sandboxes.ts';
import { echo, inTurn } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const MENTION = '<@UBOT00001>';
const CSV = 'text,label\n"good, really",1\nbad,0\n';

const bash = (command: string) => ({ name: 'bash', arguments: { command } });
const push = (path: string, dataset = 'reviews') => ({
  name: 'hf_dataset_push',
  arguments: { path, dataset },
});

const told = (text: string) =>
  until(`somebody is told "${text}"`, () => world.slack.ephemerals.find((item) => item.text.includes(text)));

describe.skipIf(!hasBubblewrap)('files that people attach', () => {
  const beginLocal = (script: ModelScript) => begin(script, { configure: withLocalSandboxes });

  test('are in the sandbox before the agent looks, each under a name of its own, and later ones as well', async () => {
    await beginLocal((request) => {
      const last = request.messages.at(-1);
      if (last?.role === 'tool') return { text: `result: ${last.content}` };
      return { calls: [bash('wc -l attachments/*.csv')] };
    });
    const files = [
      { name: 'my reviews.csv', text: CSV },
      { name: 'my reviews.csv', text: 'a\n' },
    ];
    const asked = world.slack.share('U0ADA', 'C0ML', files, `${MENTION} how many rows?`);
    await world.reply(asked, '3 attachments/my_reviews.csv');
    await world.reply(asked, '1 attachments/my_reviews-2.csv');
    expect(JSON.stringify(world.model.requests[0]?.messages)).toContain('attachments/my_reviews-2.csv');
    world.slack.share('U0ADA', 'C0ML', { name: 'more.csv', text: 'x\ny\n' }, 'and this?', asked.ts);
    await world.reply(asked, '2 attachments/more.csv');
  });

  test('keep no tool from working by a name that is long, or where they can’t be put', {
    tags: 'long',
  }, async () => {
    await beginLocal((request) => {
      const last = request.messages.at(-1);
      const results = request.messages.filter(({ role }) => role === 'tool').length;
      const commands = [
        'cat attachments/*.csv; rm -r attachments; touch attachments',
        'echo one',
        'echo two',
      ];
      const next = commands[results];
      return next === undefined ? { text: `last: ${last?.content}` } : { calls: [bash(next)] };
    });
    const long = { name: `${'Ж'.repeat(135)}.csv`, text: CSV }; // 274 bytes
    const asked = world.slack.share('U0ADA', 'C0ML', long, `${MENTION} look`);
    await world.reply(asked, 'last: two');
    const results = world.model.requests
      .at(-1)
      ?.messages.filter(({ role }) => role === 'tool')
      .map(({ content }) => String(content));
    expect(results?.[0]).toContain('good, really');
    expect(results?.[1]).toMatch(/^An attachment is missing: .*can't be written[\s\S]*\none\nexit code 0/);
    expect(results?.[2]).toMatch(/^two\n/);
  });

  test('can be pushed to a private dataset as they are in the sandbox now, once people have said so', {
    tags: 'long',
  }, async () => {
    await beginLocal(
      inTurn(bash('sed -i 1s/label/stars/ attachments/data.csv'), push('attachments/data.csv')),
    );
    const asked = world.slack.share('U0ADA', 'C0ML', { name: 'data.csv', text: CSV }, `${MENTION} push it`);
    const card = await world.reply(asked, 'Push data.csv to the dataset ada/reviews');
    expect(world.describe(asked)).toContain('text, stars');
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, '2 rows; columns: text, stars');
    const repo = world.hub.repos.find('dataset', 'ada/reviews');
    expect(repo?.visibility).toBe('private');
    expect(repo?.files.get('data.csv')?.toString()).toBe(CSV.replace('label', 'stars'));
    expect(repo?.files.get('README.md')?.toString()).toContain('ml-intern');
  });
});

describe('without a sandbox', () => {
  const beginWithout = (script: ModelScript) =>
    begin(script, {
      configure: (config) => {
        config.sandbox.kind = 'none';
      },
    });

  test('what was attached can be pushed as well, and a broken file is said to be so instead of asked about', {
    tags: 'long',
  }, async () => {
    await beginWithout(inTurn(push('attachments/broken.jsonl'), push('attachments/rows.jsonl')));
    const files = [
      { name: 'broken.jsonl', text: '{"a": 1}\n{"a": ' },
      { name: 'rows.jsonl', text: '{"prompt": "a", "chosen": "b"}\n' },
    ];
    const asked = world.slack.share('U0ADA', 'C0ML', files, `${MENTION} push both`);
    const card = await world.reply(asked, 'Push rows.jsonl');
    expect(JSON.stringify(world.model.requests.at(-1)?.messages)).toContain('line 2 is not a JSON object');
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, '1 rows; columns: prompt, chosen');
  });

  test('a dataset that everybody sees is asked about as such, whatever auto-approval says', {
    tags: 'long',
  }, async () => {
    await beginWithout(inTurn(push('attachments/rows.jsonl', 'ada/known')));
    world.hub.repos.add('dataset', 'ada/known').visibility = 'public';
    const asked = world.slack.mention('U0ADA', 'C0ML', 'yolo on');
    await world.reply(asked, 'Auto-approval is on');
    const rows = { name: 'rows.jsonl', text: '{"a": 1}\n' };
    world.slack.share('U0ADA', 'C0ML', rows, `${MENTION} push it`, asked.ts);
    const card = await world.reply(asked, 'Push rows.jsonl');
    expect(JSON.stringify(card.blocks)).toContain('ada/known is public: everybody can see');
    expect(world.hub.repos.find('dataset', 'ada/known')?.files.size).toBe(0);
  });

  test('what is too large or of another kind is refused in private, and the message is taken', async () => {
    await begin(echo, {
      configure: (config) => {
        config.attachments.max_mb = 0.00001;
        config.attachments.per_message = 3;
      },
    });
    const files = ['big.csv', 'setup.exe', 'Makefile', 'fourth.csv'].map((name) => ({ name, text: CSV }));
    const asked = world.slack.share('U0ADA', 'C0ML', files, `${MENTION} look`);
    await world.reply(asked, 'heard: [Ada] look');
    const { text } = await told('big.csv is larger than');
    expect(text).toContain('I do not take files like setup.exe');
    expect(text).toContain('I do not take files like Makefile');
    expect(text).toContain('so I did not take fourth.csv');
    expect(lastText(world.model.requests[0] as never)).not.toContain('Attached');
  });
});
