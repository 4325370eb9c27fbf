import { describe, expect, test } from 'vitest';
import { createElsewhere, partsOf, type ReaderElsewhere } from '../../src/controller/elsewhere.ts';
import { ADA, assistant, snapshot, user } from '../support/snapshots.ts';

const SLACK = { platform: 'slack', workspace: 'T0', channel: 'C0', thread: '1.1' };
const READER: ReaderElsewhere = {
  place: { platform: 'page', workspace: 'page' },
  person: 'hf:ada',
  hubId: 'hub-ada',
  also: [],
};

/** One session in Slack, which `people` may read there, and those who have linked an account. */
function elsewhere({
  linked = [{ hubId: 'hub-ada', platform: 'slack', workspace: 'T0', person: 'U0ADA' }],
  readers = ['U0ADA'],
  address = SLACK,
  own,
}: {
  linked?: { hubId: string; platform: string; workspace: string; person: string }[];
  readers?: string[];
  address?: typeof SLACK;
  /** The account that the reader has linked on the page itself. */
  own?: string;
} = {}) {
  const whole = snapshot();
  const session = { ...whole.session, address };
  const asked: number[] = [];
  const made = createElsewhere({
    accounts: {
      hubIdOf: async () => own,
      peopleOf: async (id) => linked.filter(({ hubId }) => hubId === id),
    },
    sessions: {
      newestIn: async ({ platform, workspace }) =>
        platform === address.platform && workspace === address.workspace ? [session] : [],
      session: async (id) => (id === session.id ? session : undefined),
      wholeOf: async () => ({ ...whole, session }),
    },
    platforms: new Map([
      [
        address.platform,
        {
          mayRead: async (_thread: unknown, person: string, withinMs: number) => {
            asked.push(withinMs);
            return readers.includes(person);
          },
          outbound: { threads: { url: async () => 'https://slack.example/1' } } as never,
        },
      ],
    ]),
    titleOf: () => 'Slack',
  });
  return { made, session, asked };
}

describe('a thread of another platform', () => {
  test('is read by who may read it there, as who they are there', async () => {
    const { made, session, asked } = elsewhere();
    expect(await made.list(READER)).toMatchObject([{ sessionId: session.id, platform: 'Slack' }]);
    expect(await made.read(READER, session.id, 0)).toMatchObject({ url: 'https://slack.example/1' });
    expect(asked.at(-1)).toBe(0);
    expect(await made.revision(session.id)).toBe(session.rev);
  });

  test.each([
    ['nobody has linked the account', { linked: [] }],
    ['somebody else has', { linked: [{ hubId: 'hub-eve', ...SLACK, person: 'U0ADA' }] }],
    [
      'it is linked in another workspace',
      { linked: [{ hubId: 'hub-ada', ...SLACK, workspace: 'T1', person: 'U0ADA' }] },
    ],
    ['the platform does not let them', { readers: [] }],
    ['the platform lets somebody else', { readers: ['U0EVE', 'hf:ada', 'hub-ada'] }],
    [
      'it is a thread of the page itself',
      {
        address: { ...SLACK, platform: 'page' },
        linked: [{ hubId: 'hub-ada', platform: 'page', workspace: 'T0', person: 'U0ADA' }],
      },
    ],
  ])('is not there where %s', async (_what, set) => {
    const { made, session } = elsewhere(set);
    expect(await made.list(READER)).toEqual([]);
    expect(await made.read(READER, session.id, 0)).toBeUndefined();
  });

  test('is read by the account that somebody has linked on the page, where they have not signed in', async () => {
    const reader = { ...READER, hubId: undefined };
    expect(await elsewhere({ own: 'hub-ada' }).made.list(reader)).toHaveLength(1);
    expect(await elsewhere({ own: 'hub-eve' }).made.list(reader)).toEqual([]);
    expect(await elsewhere().made.list(reader)).toEqual([]);
  });

  test('of a session that there is not is answered as one that may not be read', async () => {
    const { made } = elsewhere();
    expect(await made.read(READER, 'another', 0)).toBeUndefined();
    expect(await made.revision('another')).toBeUndefined();
  });
});

test('a list has threads of every workspace, however many one has', async () => {
  const { session } = snapshot();
  const of = (workspace: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      ...session,
      id: `${workspace}-${i}`,
      address: { ...SLACK, workspace },
      updatedAt: new Date(workspace === 'T1' ? 10_000 + i : i),
    }));
  const made = createElsewhere({
    accounts: {
      hubIdOf: async () => undefined,
      peopleOf: async () => ['T0', 'T1'].map((workspace) => ({ ...SLACK, workspace, person: 'U0ADA' })),
    },
    sessions: {
      newestIn: async ({ workspace }) => of(workspace, workspace === 'T0' ? 60 : 2),
      session: async () => undefined,
      wholeOf: async () => undefined,
    },
    platforms: new Map([['slack', { mayRead: async () => true, outbound: { threads: {} } as never }]]),
    titleOf: () => 'Slack',
  });
  const listed = await made.list(READER);
  expect(listed.slice(0, 3).map(({ sessionId }) => sessionId)).toEqual(['T1-1', 'T1-0', 'T0-29']);
  expect(listed).toHaveLength(30);
});

test('what was said stands before the answer that came after it', () => {
  const entries = [
    user('train it'),
    assistant('I look.'),
    user('on a T4'),
    assistant('Done.'),
    user('thanks'),
  ];
  const parts = partsOf(snapshot({ entries }));
  const order = parts.flatMap((part) => {
    if (part.kind === 'said') return part.author.id === ADA.id ? [part.text] : [];
    return part.message.body.kind === 'answer' ? [part.message.body.text] : [];
  });
  expect(order).toEqual(['train it', 'I look.', 'on a T4', 'Done.', 'thanks']);
  expect(parts[1]).toMatchObject({ message: { body: { kind: 'status' } } });
});
