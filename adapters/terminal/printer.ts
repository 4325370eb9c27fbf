import { ACTIONS, ALL, offerValue } from '../../src/controller/actions.ts';
import { batchDigest } from '../../src/controller/batch-digest.ts';
import type { Control } from '../../src/controller/controls.ts';
import { cut } from '../../src/lib/cut.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { tableLines } from '../../src/lib/table-lines.ts';
import { withTimes } from '../../src/lib/time-zones.ts';
import type { AnswerForm } from '../../src/thread/delivery/answer-parts.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import type { ViewMessage } from '../../src/thread/view/view-message.ts';
import { ROOMS } from '../shared/one-person.ts';
import { printView } from '../shared/print-view.ts';
import type { Printer } from '../shared/printer.ts';
import { aboutOf } from './about.ts';
import { AS_WRITTEN } from './dialect.ts';
import type { About, Body, Piece } from './messages.ts';
import { STYLE } from './style.ts';

/** A message of a view as the board of the terminal has it: in words, and the facts beside them. */
export function printed(message: ViewMessage, divisor: number): Outgoing[] {
  const about = aboutOf(message);
  if (message.body.kind === 'answer') return [answer(message.body.text, about)];
  return printView(message, divisor, EVERYWHERE, PRINTER).flatMap((outgoing, i): Outgoing[] => {
    if (outgoing.kind === 'reaction') return []; // how a request stands is shown by its thread
    if (outgoing.kind !== 'message') return [outgoing];
    return [{ ...outgoing, body: { ...outgoing.body, about: i === 0 ? about : OTHER } }];
  });
}

const EVERYWHERE = { channel: '' };
const OTHER: About = { kind: 'other' };

const answer = (text: string, about: About): Outgoing => ({
  kind: 'message',
  body: { headline: '', isCalling: false, pieces: [{ kind: 'text', text }], about } satisfies Body,
});

const message = (body: Omit<Body, 'about'>): Outgoing => ({
  kind: 'message',
  body: { ...body, about: OTHER },
});

const shown = (kind: 'title' | 'text' | 'small' | 'code', text: string): Piece[] =>
  text.trim() === '' ? [] : [{ kind, text }];

const buttonsOf = (buttons: readonly Control[]): Piece[] =>
  buttons.length === 0
    ? []
    : [{ kind: 'buttons', buttons: buttons.map((button) => ({ ...button, values: [...button.values] })) }];

const titled = (text: string): string => STYLE.plain(cut(text, 200));

/** Answers are posted as they were written (`printed`). */
const ANSWERS: AnswerForm = {
  characters: 30_000,
  least: 300,
  shownParts: 2,
  isStreamed: false,
  asksFeedback: false,
  dialect: AS_WRITTEN,
  message: (text) => answer(text, OTHER),
};

const PRINTER: Printer<Piece> = {
  style: STYLE,
  rooms: ROOMS,
  reactions: { working: 'working', waiting: 'waiting', done: 'done', failed: 'failed', stopped: 'stopped' },
  answers: ANSWERS,
  message: (headline, pieces, tone, call) =>
    message({ headline, tone, isCalling: call !== undefined, pieces: [...pieces] }),
  showsStanding: true,
  named: (text) => [{ kind: 'title', text: cut(text, 200) }],
  notice({ text, mentions, offered, picture, tables = [], times = [] }, divisor, controls) {
    const parts = printMarkdown(text, AS_WRITTEN, Math.max(300, Math.floor(ANSWERS.characters / divisor)));
    const said = parts.map((part) => withTimes(part, times, STYLE.moment)).join('\n\n');
    if (picture !== undefined) {
      const file = { id: picture.fileId, name: picture.name };
      return [{ kind: 'upload', file, text: said, alt: picture.alt }];
    }
    const offers = (offered?.labels ?? []).map((label, i) => ({
      label,
      name: ACTIONS.offer,
      values: [offerValue(offered?.id ?? 0, i)],
    }));
    return [
      message({
        headline: cut(text, 300),
        isCalling: mentions.length > 0,
        pieces: [
          ...shown('text', said),
          ...tables.flatMap((table) => shown('code', tableLines(table, 100).rows.flat().join('\n'))),
          ...buttonsOf([...offers, ...controls]),
        ],
      }),
    ];
  },
  quoted: (text, limit) => STYLE.plain(cut(text, limit)),
  quotedLines: (all) => all.map(STYLE.plain).join('\n'),
  sessionTitle: titled,
  callTitle: titled,
  lead: (text) => shown('title', text),
  text: (text) => shown('text', text),
  small: (text) => shown('small', text),
  code: (text, limit) => shown('code', cut(text, limit)),
  smallCode: (text, limit) => shown('code', cut(text, limit)),
  facts: (facts) => shown('text', facts.map(({ label, value }) => `${label}: ${value}`).join('\n')),
  buttons: buttonsOf,
  foot: (control, _hasMenu, more) => buttonsOf([...(control === undefined ? [] : [control]), ...more]),
  decision: (toolCallId, buttons, choices) => [
    ...buttonsOf(buttons),
    ...choices.map(
      ({ argument, label, options, names }): Piece => ({
        kind: 'menu',
        label,
        name: ACTIONS.choose,
        values: [toolCallId, argument],
        options: options.map((option) => ({ label: names?.[option] ?? option, value: option })),
      }),
    ),
  ],
  scriptValue: ({ toolCallId }) => toolCallId,
  allValues: (open) => [ALL, batchDigest(open)],
  keepsChange: true,
};
