import { ComponentType, MessageFlags } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { inComponents } from '../../adapters/discord/components.ts';
import { DISCORD_LIMITS } from '../../adapters/discord/limits.ts';
import { ACTIONS } from '../../src/controller/actions.ts';
import { previewOf } from '../../src/session/tool-calls.ts';
import type { ApprovalView } from '../../src/thread/view/view-message.ts';

/** An open card with a script of so many characters. */
const card = (characters: number, isWhole: boolean): { kind: 'approval' } & ApprovalView => ({
  kind: 'approval',
  toolCallId: 'c_1',
  revision: 0,
  isWhole,
  request: {
    title: 'Run a Hugging Face Job on a10g-small',
    brief: 'IMDB baseline · a10g-small, at most 2 h',
    facts: [],
    warnings: [],
    preview: previewOf(`${'x'.repeat(characters - 4)}END\n`, 'python'),
    estimate: { usd: 2 },
  },
  deciders: { called: ['600'], approvers: ['requester'] },
  first: undefined,
  edit: undefined,
  decision: undefined,
});

const printed = (body: ReturnType<typeof card>) =>
  inComponents({ key: 'call/c_1', exchange: 1, body }, 1, { asksFeedback: false });

const FLAGS = MessageFlags.IsComponentsV2 | MessageFlags.SuppressEmbeds;

function firstOf(body: ReturnType<typeof card>) {
  const [message] = printed(body);
  if (message?.kind !== 'message' || message.first === undefined) throw new Error('it calls nobody');
  return message.first as { content: string; flags: number; components: unknown[] };
}

const canApprove = ({ components }: { components: unknown[] }) =>
  JSON.stringify(components).includes(ACTIONS.approve);

describe('the words that an approval is first', () => {
  test('begin with whom they call and what is asked, and are no components', () => {
    const first = firstOf(card(200, true));
    expect(first.content.split('\n').slice(0, 2)).toEqual([
      '<@600> Approve up to $2.00? IMDB baseline · a10g-small, at most 2 h',
      'Run a Hugging Face Job on a10g-small · Costs at most $2.00',
    ]);
    expect(JSON.stringify(first.components)).not.toContain(`"type":${ComponentType.TextDisplay}`);
  });

  test('can be decided by where they show all that would run', () => {
    const first = firstOf(card(200, true));
    expect(first.content).toContain('END');
    expect(canApprove(first)).toBe(true);
  });

  test('are none where they have no room for what would run and nothing else in the thread shows it', () => {
    const body = card(200, true);
    const facts = [{ label: 'Environment', value: 'y'.repeat(DISCORD_LIMITS.content) }];
    const [message] = printed({ ...body, request: { ...body.request, facts } });
    expect(message).toMatchObject({ kind: 'message', body: { flags: FLAGS } });
    expect(message).not.toHaveProperty('first');
    expect(JSON.stringify(message)).toContain('<@600>');
  });

  test('are none once the first of two has approved: then somebody else is called', () => {
    const [message] = printed({ ...card(200, true), first: { id: '601', name: 'Grace' } });
    expect(message).not.toHaveProperty('first');
    expect(JSON.stringify(message)).not.toMatch(/<@600>|Decided by/);
  });

  test('can be decided by where a file shows it', () => {
    const body = card(200, false);
    const long = Array.from({ length: 30 }, (_, i) => ({ label: `Fact ${i}`, value: 'y'.repeat(100) }));
    expect(canApprove(firstOf({ ...body, request: { ...body.request, facts: long } }))).toBe(true);
  });
});
