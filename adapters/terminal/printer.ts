import { ACTIONS } from '../../src/controller/actions.ts';
import { cut } from '../../src/lib/cut.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { tableLines } from '../../src/lib/table-lines.ts';
import { withTimes } from '../../src/lib/time-zones.ts';
import type { AnswerForm } from '../../src/thread/delivery/answer-parts.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import type { ViewMessage } from '../../src/thread/view/view-message.ts';
import { BOARD_ANSWERS, BOARD_PRINTER, buttonsOf, EVERYWHERE, offersOf } from '../shared/board-printer.ts';
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

const titled = (text: string): string => STYLE.plain(cut(text, 200));

/** Answers are posted as they were written (`printed`). */
const ANSWERS: AnswerForm = {
  ...BOARD_ANSWERS,
  asksFeedback: false,
  dialect: AS_WRITTEN,
  message: (text) => answer(text, OTHER),
};

const PRINTER: Printer<Piece> = {
  ...BOARD_PRINTER,
  style: STYLE,
  answers: ANSWERS,
  message: (headline, pieces, tone, call) =>
    message({ headline, tone, isCalling: call !== undefined, pieces: [...pieces] }),
  notice({ text, mentions, offered, picture, tables = [], times = [] }, divisor, controls) {
    const parts = printMarkdown(
      text,
      AS_WRITTEN,
      Math.max(300, Math.floor(BOARD_ANSWERS.characters / divisor)),
    );
    const said = parts.map((part) => withTimes(part, times, STYLE.moment)).join('\n\n');
    if (picture !== undefined) {
      const file = { id: picture.fileId, name: picture.name };
      return [{ kind: 'upload', file, text: said, alt: picture.alt }];
    }
    const offers = offersOf(offered);
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
};
