import { describe, expect, test } from 'vitest';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { describeOn, EVERYWHERE } from '../support/backends.ts';
import { callOnce, dollarJob, echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

/** At most $1.00: an hour of a10g-small, as the Hub double prices it. */
const soon = () => ({ queueMs: 0, runMs: 0, lines: ['ran'], stage: 'COMPLETED' as const });

const ask = () => world.slack.mention('U0ADA', 'C0ML', 'go');
const say = (text: string, thread: SlackMessage, user = 'U0ADA') =>
  world.slack.say(user, 'C0ML', text, thread.ts);
const card = (asked: SlackMessage) => world.reply(asked, 'Run a Hugging Face Job');
const told = (text: string) =>
  until(
    () => `somebody is told "${text}"; told was ${JSON.stringify(world.slack.ephemerals)}`,
    () => world.slack.ephemerals.find((item) => item.text.includes(text)),
  );

describeOn('auto-approval', EVERYWHERE, (backend) => {
  test('with a cap lets through what fits under it, even when two calls come at once', async () => {
    await begin(
      (request) => {
        const results = request.messages.filter((message) => message.role === 'tool').length;
        if (!JSON.stringify(request.messages).includes('now train')) return echo(request);
        return results === 0 ? { calls: [dollarJob, dollarJob] } : { text: `${results} results` };
      },
      { backend },
    );
    world.hub.course = () => ({ queueMs: 0, runMs: 60_000, lines: [] });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'yolo $1.50');
    await world.reply(asked, 'Auto-approval is on up to $1.50 (set by Ada; $0.00');
    say('now train', asked);
    await world.reply(asked, 'Approved automatically, as <@U0ADA> allowed');
    await world.reply(asked, 'auto-approval $1.00 of $1.50');
    await until('one job runs', () => world.hub.jobs.length === 1);
    await until('the other one waits for a click', () =>
      world
        .replies(asked)
        .some((message) => JSON.stringify(message.blocks).includes('"action_id":"approve"')),
    );
    expect(world.hub.jobs).toHaveLength(1);
  });
});

describe('auto-approval', () => {
  test('settles what a job has really cost, so that the next one fits', async () => {
    await begin((request) => {
      const results = request.messages.filter((message) => message.role === 'tool').length;
      if (!JSON.stringify(request.messages).includes('now train')) return echo(request);
      return results < 2 ? { calls: [dollarJob] } : { text: 'both ran' };
    });
    world.hub.course = soon;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'yolo $1.50');
    await world.reply(asked, 'Auto-approval is on');
    say('now train', asked);
    await world.reply(asked, 'both ran');
    expect(world.hub.jobs).toHaveLength(2);
    say('yolo off', asked);
    await world.reply(asked, 'Auto-approval is off');
  });

  test('can’t be switched on by somebody who may not approve', async () => {
    await begin(callOnce(dollarJob));
    const asked = ask();
    await card(asked);
    say('yolo on', asked, 'U0GRACE');
    await world.reply(asked, 'Grace may not approve calls here');
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('never covers hardware that there is not', async () => {
    await begin((request) =>
      JSON.stringify(request.messages).includes('now train')
        ? callOnce({ ...dollarJob, arguments: { ...dollarJob.arguments, hardware_flavor: 'tpu-v9' } })(
            request,
          )
        : echo(request),
    );
    const asked = world.slack.mention('U0ADA', 'C0ML', 'yolo on');
    await world.reply(asked, 'without a cap');
    say('now train', asked);
    await world.reply(asked, 'There is no hardware');
    expect(world.hub.jobs).toHaveLength(0);
  });
});

describe('a second approver', () => {
  const two = {
    configure: ({ approvals }: World['config']) => {
      approvals.second_above_usd = 0.5;
    },
  };

  test('is needed above the configured cost, and is not the first one again', async () => {
    await begin(callOnce(dollarJob), two);
    world.hub.course = soon;
    const asked = ask();
    world.slack.click('U0ADA', await card(asked), 'approve');
    await world.reply(asked, '1 of 2: approved by <@U0ADA>');
    world.slack.click('U0ADA', await card(asked), 'approve');
    await told('now a second person has to');
    expect(world.hub.jobs).toHaveLength(0);
    world.slack.click('U0GRACE', await card(asked), 'approve');
    await world.reply(asked, 'Approved by <@U0ADA> and <@U0GRACE>');
    await world.reply(asked, '· done');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('approves what the first one saw: a change in between starts over', async () => {
    await begin(callOnce(dollarJob), two);
    const asked = ask();
    world.slack.click('U0ADA', await card(asked), 'approve');
    await world.reply(asked, '1 of 2');
    world.slack.click('U0GRACE', await card(asked), 'edit');
    await world.slack.submit('U0GRACE', 'print("other")\n');
    await until('it starts over', () => !world.describe(asked).includes('1 of 2'));
    expect(world.hub.jobs).toHaveLength(0);
  });
});

describe('budgets', () => {
  const budget = {
    configure: ({ budgets }: World['config']) => {
      budgets.person_day_usd = 1.5;
      budgets.approvers = ['U0GRACE'];
    },
  };

  test('what would pass one is not approved by the requester, but by who is named', async () => {
    await begin((request) => {
      const results = request.messages.filter((message) => message.role === 'tool').length;
      return results === 0 ? { calls: [dollarJob, dollarJob] } : { text: `${results} results` };
    }, budget);
    world.hub.course = soon;
    world.hub.course = () => ({ queueMs: 60_000, runMs: 0, lines: [] });
    const asked = ask();
    const both = await world.reply(asked, '2 calls wait for approval');
    world.slack.click('U0ADA', both, 'approve');
    await told('The budget of Ada’s day is $1.50; $1.00 of it is spent or reserved.');
    await told('Only <@U0GRACE> may decide this');
    await until('one job is submitted', () => world.hub.jobs.length === 1);
    const open = await until('one card is open', () => {
      const cards = world.replies(asked).filter(({ text }) => text.includes('Run a'));
      const left = cards.filter(({ blocks }) => JSON.stringify(blocks).includes('"action_id":"approve"'));
      return left.length === 1 && left[0];
    });
    world.slack.click('U0GRACE', open, 'approve');
    await until('the other is, too', () => world.hub.jobs.length === 2);
  });

  test('no auto-approval passes one', async () => {
    await begin(
      (request) =>
        JSON.stringify(request.messages).includes('now train') ? callOnce(dollarJob)(request) : echo(request),
      {
        configure: ({ budgets }) => {
          budgets.session_usd = 0.5;
          budgets.approvers = ['U0GRACE'];
        },
      },
    );
    const asked = world.slack.mention('U0ADA', 'C0ML', 'yolo on');
    await world.reply(asked, 'without a cap');
    say('now train', asked);
    await world.reply(asked, 'The budget of this session is $0.50; $0.00 of it is spent or reserved.');
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('stop models, too, until somebody who may pass them lets the request go on', async () => {
    await begin(() => ({ text: 'an answer', usage: { input: 1_000_000, output: 0 } }), {
      configure: ({ budgets, model }) => {
        budgets.session_usd = 0.5;
        budgets.approvers = ['U0GRACE'];
        model.price = { input_usd_per_million: 1, output_usd_per_million: 1 };
        model.context_tokens = 100_000_000;
      },
    });
    const asked = ask();
    await world.reply(asked, 'an answer');
    say('more', asked);
    const stuck = await world.reply(asked, 'The budget of this session is $0.50; $1.00 of it is spent');
    expect(world.model.requests).toHaveLength(1);
    world.slack.click('U0ADA', stuck, 'retry');
    await world.reply(asked, 'Ada may not let me go on past the budget.');
    expect(world.model.requests).toHaveLength(1);
    world.slack.click('U0GRACE', stuck, 'retry');
    const isDone = ({ text }: { text: string }) => text.startsWith('✅ Done');
    await until('the request has gone on to its end', () => world.replies(asked).filter(isDone).length === 2);
    say('and more', asked);
    await world.reply(asked, '$2.00 of it is spent');
    expect(world.model.requests).toHaveLength(2);
  });
});

describe('an approval that nobody decides', () => {
  test('is brought to mind once, with a mention of who may decide', async () => {
    await begin(callOnce(dollarJob), {
      configure: ({ approvals }) => {
        approvals.remind_minutes = 0.5 / 60;
      },
    });
    const asked = ask();
    await world.reply(
      asked,
      '<@U0ADA> This still waits for a decision: Run a Hugging Face Job on a10g-small.',
    );
    world.slack.click('U0ADA', await card(asked), 'reject');
    await world.slack.submit('U0ADA', '');
    await world.reply(asked, 'result:');
    expect(world.replies(asked).filter((message) => message.text.includes('still waits'))).toHaveLength(1);
  });

  test('is brought to mind again where a second approval is missing, to those who may give it', async () => {
    await begin(callOnce(dollarJob), {
      configure: ({ approvals }) => {
        approvals.remind_minutes = 0.5 / 60;
        approvals.second_above_usd = 0.5;
        approvals.second_approvers = ['U0GRACE'];
      },
    });
    const asked = ask();
    await world.reply(asked, 'still waits for a decision');
    world.slack.click('U0ADA', await card(asked), 'approve');
    await world.reply(asked, '<@U0GRACE> This still waits for a second approval, after Ada’s:');
  });

  test('lapses, and the session goes on without it', async () => {
    await begin(callOnce(dollarJob), {
      configure: ({ approvals }) => {
        approvals.lapse_hours = 1 / 3600;
      },
    });
    const asked = ask();
    await world.reply(asked, 'result: Nobody decided on this call');
    await world.reply(asked, '✅ *Done*');
    expect(world.hub.jobs).toHaveLength(0);
  });
});
