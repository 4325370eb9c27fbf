import { expect, test } from 'vitest';
import { describeOn, EVERYWHERE } from '../support/backends.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

describeOn('the story', EVERYWHERE, (backend) => {
  test('a mention becomes a thread that plans, asks for approval, runs a job and reports its result', async () => {
    await begin(story, { backend });
    world.hub.course = () => ({ queueMs: 300, runMs: 0, lines: ["{'eval_accuracy': 0.9284}"] });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'fine-tune a small model on stanfordnlp/imdb');

    // The plan and the look at the data stand in the status message, the request on a card of its own.
    const card = await world.reply(asked, 'Run a Hugging Face Job on a10g-small');
    const status = await world.reply(asked, 'Waiting for approval');
    for (const part of [
      '"title":"Look at the dataset","status":"complete"',
      '"title":"Fine-tune DistilBERT on a GPU","status":"in_progress"',
      'Plan · 1 of 3 done',
      'stanfordnlp/imdb',
    ]) {
      await until(`the status with ${part}`, () => shown(status).includes(part));
    }
    expect(shown(card)).toMatch(/Costs at most \*\$1\.00\*.*Hardware.*1 h.*ada.*transformers datasets/s);
    expect(world.hub.jobs).toHaveLength(0);

    // After Approve the card keeps the decision, and the job's card follows the job.
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, '✅ Approved by <@U0ADA>');
    await world.reply(asked, '· running');
    await world.reply(asked, 'accuracy *0.928');
    await world.reply(asked, 'Waiting for the job');
    expect(shown(card)).not.toContain('"approve"');
    const [job] = world.hub.jobs;
    if (job) world.hub.finish(job, 'COMPLETED');

    // The end wakes the agent, which answers from the log.
    const answer = await world.reply(asked, '92.8 %');
    expect(JSON.stringify(answer.blocks)).toContain('| Accuracy | 0.9284 |');
    await world.reply(asked, '· done');
    await world.reply(asked, '✅ *Done*');
    expect(world.hub.jobs).toHaveLength(1);

    // A plain reply goes on with the same session.
    world.slack.say('U0GRACE', 'C0ML', 'and which learning rate was that?', asked.ts);
    await world.reply(asked, '5e-5');
    expect(world.model.refusals).toEqual([]);
    const keys = world.replies(asked).map((message) => message.metadata?.event_payload.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
