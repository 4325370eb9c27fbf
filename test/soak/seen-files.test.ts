import { describe, expect, test } from 'vitest';
import type { ModelScript } from '../doubles/model.ts';
import { hasBubblewrap, withLocalSandboxes } from '../support/sandboxes.ts';
import { inTurn } from '../support/scripts.ts';
import { onDiscord, onSlack, type Stage } from '../support/stage.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

const bash = (command: string) => ({ name: 'bash', arguments: { command } });
const write = (path: string, content: string) => ({ name: 'write', arguments: { path, content } });
const read = (path: string) => ({ name: 'read', arguments: { path } });

/** What calls came to, as the model was told, in their order. */
const toldIn = (model: Stage['model']): string[] =>
  (model.requests.at(-1)?.messages ?? []).flatMap(({ role, content }) =>
    role === 'tool' ? [String(content)] : [],
  );

describe.skipIf(!hasBubblewrap)('a file that the agent has not seen as it is', () => {
  test.each([
    ['Slack', onSlack],
    ['Discord', onDiscord],
  ])('is not replaced by it in a thread of %s', async (_name, open) => {
    const script = inTurn(
      bash('echo theirs > train.py'),
      write('train.py', 'mine\n'),
      read('train.py'),
      write('train.py', 'mine\n'),
      bash('cat train.py'),
    );
    const on = await open(script, { configure: withLocalSandboxes });
    try {
      on.ask('ada', 'go');
      await on.shows('result: mine');
      expect(toldIn(on.model)[1]).toContain('is there already, and you have not read it');
      expect(toldIn(on.model)[2]).toContain('theirs');
    } finally {
      await on.close();
    }
  });

  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  test('is known across a restart and a conversation that was made shorter', async () => {
    const script: ModelScript = (request) => {
      const last = request.messages.at(-1);
      const said = String(last?.content);
      if (said.includes('Write a summary')) return { text: 'They looked at a file.' };
      if (last?.role === 'tool') return { text: `result: ${said}` };
      if (said.includes('look')) return { calls: [read('notes.md')] };
      if (said.includes('make')) return { calls: [bash('echo theirs > notes.md')] };
      return said.includes('replace') ? { calls: [write('notes.md', 'mine\n')] } : { text: `heard: ${said}` };
    };
    await begin(script, { configure: withLocalSandboxes });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'make it');
    await world.reply(asked, '(no output)');
    world.slack.say('U0ADA', 'C0ML', 'look at it', asked.ts);
    await world.reply(asked, 'theirs');
    for (const said of ['one', 'two', 'three']) {
      world.slack.say('U0ADA', 'C0ML', said, asked.ts);
      await world.reply(asked, `heard: [Ada] ${said}`);
    }
    world.slack.say('U0ADA', 'C0ML', 'compact', asked.ts);
    await world.reply(asked, 'Compacted: ');
    await world.stop();
    await world.start();
    world.slack.say('U0ADA', 'C0ML', 'replace it', asked.ts);
    await world.reply(asked, 'Wrote notes.md');
    expect(JSON.stringify(world.model.requests.at(-1)?.messages)).not.toContain('theirs');
  });
});
