import { describe, expect, test } from 'vitest';
import { type AccessRules, answersReplies, refusalOf, type Standing } from '../../src/access/rules.ts';
import { loadConfig } from '../support/load-config.ts';
import { ROOT } from '../support/root.ts';

const { access: DEFAULTS } = loadConfig({}, ROOT);
const rules = (parts: Partial<AccessRules>): AccessRules => ({ ...DEFAULTS, ...parts });

describe('who may use the bot where', () => {
  test.each<[string, Partial<AccessRules>, string, string, Standing, boolean]>([
    ['a member, anywhere', {}, 'C1', 'U1', 'member', true],
    ['a guest', {}, 'C1', 'U1', 'guest', false],
    ['a guest, where guests may', { guests: true }, 'C1', 'U1', 'guest', true],
    ['a stranger', {}, 'C1', 'U1', 'stranger', false],
    ['a stranger, where strangers may', { strangers: true }, 'C1', 'U1', 'stranger', true],
    ['a stranger, where only guests may', { guests: true }, 'C1', 'U1', 'stranger', false],
    ['somebody who is denied', { deny_people: ['U1'] }, 'C1', 'U1', 'member', false],
    ['somebody in a channel that is denied', { deny_channels: ['C1'] }, 'C1', 'U1', 'member', false],
    [
      'somebody outside of the channels that are allowed',
      { allow_channels: ['C2'] },
      'C1',
      'U1',
      'member',
      false,
    ],
    ['somebody in a channel that is allowed', { allow_channels: ['C1'] }, 'C1', 'U1', 'member', true],
    [
      'somebody in a channel for others',
      { channels: { C1: { users: ['U2'] } } },
      'C1',
      'U1',
      'member',
      false,
    ],
    [
      'somebody in a workspace for others',
      { workspaces: { T1: { users: ['U2'] } } },
      'C1',
      'U1',
      'member',
      false,
    ],
    [
      'somebody who is named in a channel of a workspace for others',
      { workspaces: { T1: { users: ['U2'] } }, channels: { C1: { users: ['U1'] } } },
      'C1',
      'U1',
      'member',
      true,
    ],
    ['a guest who is named', { channels: { C1: { users: ['U1'] } } }, 'C1', 'U1', 'guest', true],
    [
      'somebody who is named and denied',
      { deny_people: ['U1'], channels: { C1: { users: ['U1'] } } },
      'C1',
      'U1',
      'member',
      false,
    ],
  ])('%s', (_name, parts, channel, id, standing, isAllowed) => {
    expect(refusalOf(rules(parts), { workspace: 'T1', channel }, { id, standing }) === undefined).toBe(
      isAllowed,
    );
  });
});

const AT = { workspace: 'T1', channel: 'C1' };

test('replies count as for the bot unless the config says otherwise, for all channels or one', () => {
  expect(answersReplies(DEFAULTS, AT)).toBe(true);
  expect(answersReplies(rules({ replies: 'mentions' }), AT)).toBe(false);
  expect(answersReplies(rules({ replies: 'mentions', channels: { C1: { replies: 'all' } } }), AT)).toBe(true);
});
