import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { hasBubblewrap, withLocalSandboxes } from '../support/sandboxes.ts';
import { dollarJob, inTurn } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/* A script that can't run is the model's to mend, and no card of it is shown to anybody. */

const job = (script: string) => ({ ...dollarJob, arguments: { ...dollarJob.arguments, script } });
const MISSING_COLON = 'for i in range(3)\n    print(i)\n';
const MENDED = 'for i in range(3):\n    print(i)\n';

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  test('a syntax error goes back to the model with its line, and the card is of what it proposes then', async () => {
    await begin(inTurn(job(MISSING_COLON), job(MENDED)));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Approve up to $1.00?');
    expect(shown(card)).toContain('for i in range(3):');
    const told = JSON.stringify(world.model.requests.at(-1));
    expect(told).toContain('so people were not asked');
    expect(told).toContain('line 1: column 18');
    world.slack.click('U0ADA', card, 'approve');
    const sent = await until('it runs', () => world.hub.jobs[0]?.spec.command?.join(' '));
    expect(sent).toContain(Buffer.from(MENDED).toString('base64'));
    expect(world.hub.jobs).toHaveLength(1);
  });

  test.skipIf(!hasBubblewrap)(
    'a file is looked at as it is written and changed, by Python itself',
    { tags: 'long' },
    async () => {
      await begin(
        inTurn(
          { name: 'write', arguments: { path: 'train.py', content: MISSING_COLON } },
          { name: 'edit', arguments: { path: 'train.py', old_str: 'range(3)', new_str: 'range(4)' } },
          { name: 'edit', arguments: { path: 'train.py', old_str: 'range(4)', new_str: 'range(3):' } },
          { name: 'write', arguments: { path: 'notes.txt', content: MISSING_COLON } },
        ),
        { configure: withLocalSandboxes },
      );
      const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
      await world.reply(asked, 'Wrote notes.txt');
      const results = world.model.requests
        .at(-1)
        ?.messages.filter(({ role }) => role === 'tool')
        .map(({ content }) => String(content));
      expect(results?.[0]).toMatch(/line 1: column \d+: .*Python 3\.\d+\) — `for i in range\(3\)`/);
      expect(results?.[1]).toContain('`for i in range(4)`');
      expect(results?.slice(2).join('\n')).not.toContain('can’t run it');
    },
  );
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  test('a syntax error goes back to the model, and the card is of what it proposes then', async () => {
    await begin(inTurn(job(MISSING_COLON), job(MENDED)));
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const card = await on.reply(asked.id, 'Approve up to $1.00?');
    on.discord.click('ada', card, 'approve|');
    const sent = await until('it runs', () => on.world.hub.jobs[0]?.spec.command?.join(' '));
    expect(sent).toContain(Buffer.from(MENDED).toString('base64'));
    expect(JSON.stringify(on.world.model.requests.at(-1))).toContain('line 1: column 18');
  });
});
