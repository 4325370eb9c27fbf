import { describe, expect, test } from 'vitest';
import { answered, CALLED, callsIn, DONE, delta, sent, tool } from '../support/model-stream.ts';

/* Which parts of calls belong together, where ids and numbers say too little, or something wrong. */

type Part = Readonly<Record<string, unknown>>;
const part = (place: Part, name: string | undefined, text?: unknown): Part => ({
  ...place,
  function: { ...(name === undefined ? {} : { name }), ...(text === undefined ? {} : { arguments: text }) },
});
const A = '{"path":"a"}';
const B = '{"path":"b"}';
const X = { id: 'x' };
const AT = { index: 0 };
const X0 = { ...X, ...AT };
const Y0 = { id: 'y', ...AT };

const BOTH = [
  ['read', A],
  ['read', B],
];
const MIXED = [
  ['read', A],
  ['write', B],
];

/** A list of parts is one chunk. */
test.each<[string, (Part | Part[])[], string[][]]>([
  ['an id and a number for both, in one chunk', [[part(X0, 'read', A), part(X0, 'read', B)]], BOTH],
  ['an id and a number for both', [part(X0, 'read', A), part(X0, 'read', B)], BOTH],
  ['an id for both', [part(X, 'read', A), part(X, 'read', B)], BOTH],
  ['an id for both, in one chunk', [[part(X, 'read', A), part(X, 'read', B)]], BOTH],
  ['an id for both, and other names', [part(X, 'read', A), part(X, 'write', B)], MIXED],
  ['an id and a number for both, and other names', [part(X0, 'read', A), part(X0, 'write', B)], MIXED],
  [
    'an id for both, in parts',
    [
      part(X, 'read', '{"path":'),
      part(X, undefined, '"a"}'),
      part(X, 'read', '{"path":'),
      part(X, undefined, '"b"}'),
    ],
    BOTH,
  ],
  [
    'an id for both, other names, and what is asked of the second in parts',
    [part(X, 'read', A), part(X, 'write', ''), part(X, undefined, '{"path":'), part(X, undefined, '"b"}')],
    MIXED,
  ],
  ['an id for both, as objects', [part(X, 'read', { path: 'a' }), part(X, 'read', { path: 'b' })], BOTH],
  [
    'the same twice in one chunk',
    [[part(X0, 'read', A), part(X0, 'read', A)]],
    [BOTH[0] ?? [], BOTH[0] ?? []],
  ],
  [
    'no arguments, in one chunk',
    [[part(X, 'ps', ''), part(X, 'ps', '')]],
    [
      ['ps', ''],
      ['ps', ''],
    ],
  ],
  [
    'neither ids nor numbers, and no arguments in the first',
    [part({}, 'ps', ''), part({}, 'read', A)],
    [
      ['ps', ''],
      ['read', A],
    ],
  ],
  ['no name in the second', [part(X0, 'read', A), part(Y0, undefined, B)], BOTH],
  [
    'one number, with parts by their ids',
    [part(X0, 'read', ''), part(Y0, 'read', ''), part(X0, undefined, A), part(Y0, undefined, B)],
    BOTH,
  ],
  [
    'one number, with smaller parts by their ids',
    [
      part(X0, 'read', '{"pa'),
      part(Y0, 'write', '{"pa'),
      part(X0, undefined, 'th":"a"}'),
      part(Y0, undefined, 'th":"b"}'),
    ],
    MIXED,
  ],
  [
    'a number of the first in what follows',
    [
      part({ index: 0, id: 'x' }, 'read', ''),
      part({ index: 1, id: 'y' }, 'write', ''),
      part(X0, undefined, A),
      part(Y0, undefined, B),
    ],
    MIXED,
  ],
  [
    'no number, with parts by their ids',
    [
      part(X, 'read', ''),
      part({ id: 'y' }, 'read', ''),
      part(X, undefined, A),
      part({ id: 'y' }, undefined, B),
    ],
    BOTH,
  ],
])('two calls are two: %s', async (_name, chunks, expected) => {
  const events = chunks.map((chunk) => delta({ tool_calls: [chunk].flat() }));
  expect(callsIn(await answered(sent(...events, CALLED) + DONE))).toEqual(expected);
});

test('calls of one id in an answer that is not streamed are each a call', async () => {
  const calls = [part(X, 'read', A), part(X, 'read', B), part(X, 'read', B)];
  const body = JSON.stringify({ choices: [{ message: { tool_calls: calls }, finish_reason: 'tool_calls' }] });
  expect(callsIn(await answered(body, 'application/json'))).toEqual([...BOTH, ['read', B]]);
});

describe('one call is one', () => {
  const at = (id: string) => ({ index: 0, id });
  test.each<[string, Part[]]>([
    [
      'whose name comes with each part, and another id',
      [part(at('1'), 'read', '{"pa'), part(at('2'), 'read', 'th":'), part(at('3'), 'read', '"a"}')],
    ],
    [
      'whose name comes with each part, and another id, without a number',
      [
        part({ id: '1' }, 'read', '{"pa'),
        part({ id: '2' }, 'read', 'th":'),
        part({ id: '3' }, 'read', '"a"}'),
      ],
    ],
    [
      'whose parts with other ids begin and end empty',
      [
        part(at('1'), 'read', ''),
        part(at('2'), 'read', '{"pa'),
        part(at('3'), 'read', 'th":"a"}'),
        part(at('4'), 'read', ''),
      ],
    ],
    [
      'whose parts with other ids begin as a call does',
      [
        part(at('1'), 'read', '{"path":"a","o":['),
        part(at('2'), 'read', '{"p":'),
        part(at('3'), 'read', '1}]}'),
      ],
    ],
    [
      'with objects at the beginning of three parts, and other ids',
      ['{"path":"a","o":[', '{"p":1},', '{"p":2},', '{"p":3}]}'].map((text, i) =>
        part(at(`${i}`), 'read', text),
      ),
    ],
    ['whose name is in two parts, the second without an id', [part(X0, 're', ''), part(AT, 'ad', A)]],
    ['whose name is in two parts, without a number', [part(X, 're', ''), part({}, 'ad', A)]],
    [
      'whose name is in two parts, and nothing else',
      [part({}, 're'), part({}, 'ad'), part({}, undefined, A)],
    ],
    [
      'whose name is in three parts, before what is asked',
      [part(X0, 'r', ''), part(AT, 'ea', ''), part(AT, 'd', ''), part(AT, undefined, A)],
    ],
    [
      'whose name is in two parts, before what is asked by its id',
      [part(X0, 're', ''), part(AT, 'ad', ''), part(X0, undefined, A)],
    ],
    [
      'with an object within, and its name in each part',
      [part(X0, 'read', '{"path":"a","o":'), part(X0, 'read', '{"p":1}'), part(X0, 'read', '}')],
    ],
  ])('%s', async (_name, parts) => {
    const [call, ...others] = callsIn(await answered(sent(...parts.map(tool), CALLED) + DONE));
    expect(others).toEqual([]);
    expect([call?.[0], JSON.parse(call?.[1] ?? '')]).toMatchObject(['read', { path: 'a' }]);
  });

  test('by a name that no tool has, in parts of one place', async () => {
    const parts = [part(X0, 'lo', ''), part(X0, 'ok', A)];
    expect(callsIn(await answered(sent(...parts.map(tool), CALLED)))).toEqual([['look', A]]);
  });
});

describe('one call', () => {
  const one = (fields: object, more: object = {}) => tool({ index: 0, ...more, function: fields });
  test.each<[string, object[]]>([
    [
      'that begins as an empty object',
      [
        one({ name: 'read', arguments: '{}' }, { id: 'a' }),
        one({ arguments: '{"path":' }),
        one({ arguments: '"a"}' }),
      ],
    ],
    [
      'that begins as one, and comes once more',
      [one({ name: 'read', arguments: {} }, { id: 'a' }), one({ name: 'read', arguments: A }, { id: 'a' })],
    ],
    ['that ends with one', [one({ name: 'read', arguments: A }, { id: 'a' }), one({ arguments: '{}' })]],
    [
      'that comes whole twice',
      [one({ name: 'read', arguments: A }, { id: 'a' }), one({ name: 'read', arguments: A }, { id: 'a' })],
    ],
    [
      'with all so far in each part',
      [
        one({ name: 'read', arguments: '{"pa' }, { id: 'a' }),
        one({ name: 'read', arguments: '{"path":"a"' }, { id: 'a' }),
        one({ name: 'read', arguments: A }, { id: 'a' }),
      ],
    ],
    [
      'whose name comes in parts',
      [one({ name: 're', arguments: '' }, { id: 'a' }), one({ name: 'ad', arguments: A }, { id: 'a' })],
    ],
    [
      'by its number, in no list',
      [delta({ tool_calls: { '0': { id: 'a', function: { name: 'read', arguments: A } } } })],
    ],
    ['whose arguments are a text of a text', [one({ name: 'read', arguments: JSON.stringify(A) })]],
    ['with a mark behind it', [one({ name: 'read', arguments: `${A}<|tool_call_end|>` })]],
    ['with an element’s end behind it', [one({ name: 'read', arguments: `${A}\n</tool_call>` })]],
    ['in a fence', [one({ name: 'read', arguments: `\`\`\`json\n${A}\n\`\`\`` })]],
    ...[
      'tools.read',
      'mcp/read',
      'default_api:read',
      'commentary to=functions.read',
      '"read"',
      'read()',
      'Read',
      '\nread\n',
    ].map((name): [string, object[]] => [
      `by the name ${JSON.stringify(name)}`,
      [one({ name, arguments: A })],
    ]),
  ])('%s', async (_name, events) => {
    expect(callsIn(await answered(sent(...events, CALLED) + DONE))).toEqual([['read', A]]);
  });

  test.each(['null', 'None', ''])('without arguments: %j', async (text) => {
    const answer = await answered(
      sent(tool({ index: 0, id: 'a', function: { name: 'ps', arguments: text } }), CALLED),
    );
    expect(callsIn(answer)).toEqual([['ps', '']]);
  });

  test('of a tool that is not offered keeps its name', async () => {
    const asked = tool({ index: 0, id: 'a', function: { name: 'delete_read', arguments: A } });
    expect(callsIn(await answered(sent(asked, CALLED)))).toEqual([['delete_read', A]]);
  });
});
