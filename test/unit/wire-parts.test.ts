import { afterEach, describe, expect, test, vi } from 'vitest';
import { partsIn, placed } from '../conformance/wire/parts.ts';
import { specifications } from '../conformance/wire/specifications.ts';

describe('what messages are made of', () => {
  const block = (type: string) => ({ type });

  test('is found at any depth: in attachments, in messages that they share, and in history', () => {
    const shared = { message_blocks: [{ message: { blocks: [block('rich_text')] } }], text: 'said' };
    const { rest, parts } = partsIn({
      messages: [{ blocks: [block('markdown')], attachments: [{ ...shared, blocks: [block('section')] }] }],
    });
    expect(rest).toEqual({ messages: [{ blocks: [], attachments: [] }] });
    expect(parts.map(({ kind, at }) => `${kind} ${at}`)).toEqual([
      'blocks /messages/*/blocks/*',
      'blocks /messages/*/attachments/*/message_blocks/*/message/blocks/*',
      'blocks /messages/*/attachments/*/blocks/*',
      'attachments /messages/*/attachments/*',
    ]);
    expect(parts.at(-1)?.value).toEqual({
      message_blocks: [{ message: { blocks: [] } }],
      text: 'said',
      blocks: [],
    });
  });

  test('is for the surface that it stands on', () => {
    const surfaces = (value: unknown) => partsIn(value, 'm').parts.map(({ surface }) => surface);
    expect(surfaces({ view: { type: 'home', blocks: [block('section')] } })).toEqual(['h']);
    expect(surfaces({ view: { type: 'modal', blocks: [block('section')] } })).toEqual(['m']);
    expect(partsIn({ blocks: [block('section')] }).parts.map(({ surface }) => surface)).toEqual(['M']);
  });

  test('is told of by where it is in the whole', () => {
    expect(placed('/message/blocks/*', '/: no field "x" is known')).toBe(
      '/message/blocks/*: no field "x" is known',
    );
    expect(placed('/blocks/*', '/text/text: must be string')).toBe('/blocks/*/text/text: must be string');
  });
});

describe('specifications', () => {
  afterEach(() => void vi.unstubAllEnvs());

  test('are not looked for by CI, which has to name them', () => {
    vi.stubEnv('CI', 'true');
    vi.stubEnv('SPECS', '');
    expect(specifications()).toEqual({ ok: false, looked: ['SPECS, which names no folder'] });
    vi.stubEnv('SPECS', '/nowhere');
    expect(specifications()).toEqual({ ok: false, looked: ['/nowhere'] });
  });
});
