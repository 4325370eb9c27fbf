import { ACTIONS } from '../../src/controller/actions.ts';
import { MORE_COMMANDS, SESSION_COMMANDS, SETTINGS } from '../../src/controller/menus.ts';
import { cut } from '../../src/lib/cut.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { withTimes } from '../../src/lib/time-zones.ts';
import type { Menu, Table } from '../../src/session/tables.ts';
import type { AnswerForm } from '../../src/thread/delivery/answer-parts.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import type { ViewMessage } from '../../src/thread/view/view-message.ts';
import { BOARD_ANSWERS, BOARD_PRINTER, buttonsOf, EVERYWHERE, offersOf } from '../shared/board-printer.ts';
import { printView } from '../shared/print-view.ts';
import type { Printer } from '../shared/printer.ts';
import { MARKDOWN, plainLines } from './dialect.ts';
import type { Body, Piece } from './messages.ts';
import { STYLE } from './style.ts';

/** A message of a view as the page has it. */
export const printed = (message: ViewMessage, divisor: number): Outgoing[] =>
  printView(message, divisor, EVERYWHERE, PRINTER);

const message = (body: Body): Outgoing => ({ kind: 'message', body });

const shown = (kind: 'text' | 'small', text: string): Piece[] =>
  text.trim() === '' ? [] : [{ kind, text: plainLines(text) }];

const titled = (text: string, called = ''): string => `${called}${STYLE.bold(STYLE.plain(cut(text, 200)))}`;

/** What can be done with a session. */
const SESSION_MENU: Piece = {
  kind: 'menu',
  label: 'More …',
  name: ACTIONS.menu,
  values: [],
  options: [...SESSION_COMMANDS, ...MORE_COMMANDS, SETTINGS],
  most: 1,
};

const ANSWERS: AnswerForm = {
  ...BOARD_ANSWERS,
  asksFeedback: true,
  dialect: MARKDOWN,
  message: (text, ratable) =>
    message({
      kind: 'answer',
      headline: '',
      isCalling: false,
      pieces: [{ kind: 'markdown', text }, ...(ratable === undefined ? [] : feedbackButtons(ratable))],
    }),
};

const feedbackButtons = (messageId: number): Piece[] =>
  buttonsOf([
    { label: '👍 Helpful', name: ACTIONS.feedback, values: ['good', String(messageId)] },
    { label: '👎 Not helpful', name: ACTIONS.feedback, values: ['bad', String(messageId)] },
  ]);

const called = (people: readonly string[]): string => people.map((id) => `${STYLE.person(id)} `).join('');

/** A menu whose options are done with as soon as they are picked. */
export const menuOf = ({ name, prompt, options, most }: Menu): Piece => ({
  kind: 'menu',
  ...{ label: prompt, name, values: [], options: [...options], most },
});

/** A table as markdown, whose cells hold no mark of one. */
export function tableText({ caption, columns, rows, more = 0 }: Table): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `${STYLE.bold(STYLE.plain(caption))}`,
    '',
    row(columns.map(({ title }) => STYLE.plain(title))),
    row(columns.map(() => '---')),
    ...rows.map((cells) =>
      row(cells.map(({ text, url }) => (url ? STYLE.link(url, text) : STYLE.plain(text)))),
    ),
    ...(more > 0 ? ['', `… and ${more} more`] : []),
  ].join('\n');
}

const PRINTER: Printer<Piece> = {
  ...BOARD_PRINTER,
  style: STYLE,
  answers: ANSWERS,
  message: (headline, pieces, tone, call) =>
    message({ kind: 'card', headline, tone, isCalling: call !== undefined, pieces: [...pieces] }),
  notice({ text, mentions, offered, picture, tables = [], menus = [], times = [] }, divisor, controls) {
    const parts = printMarkdown(
      text,
      MARKDOWN,
      Math.max(300, Math.floor(BOARD_ANSWERS.characters / divisor)),
    );
    const said = `${called(mentions)}${parts.map((part) => withTimes(part, times, STYLE.moment)).join('\n\n')}`;
    const offers = offersOf(offered);
    const buttons = buttonsOf([...offers, ...controls]);
    const body: Body = {
      kind: 'notice',
      headline: cut(text, 300),
      isCalling: mentions.length > 0,
      pieces: [
        { kind: 'markdown', text: said },
        ...tables.map((table) => ({ kind: 'markdown' as const, text: tableText(table) })),
        ...menus.map(menuOf),
        ...buttons,
      ],
    };
    if (picture === undefined) return [message(body)];
    const { fileId: id, name, alt } = picture;
    const calling = { people: mentions, without: body };
    return [{ kind: 'upload', file: { id, name }, text: said, alt, buttons, calling }];
  },
  quoted: (text, limit) => STYLE.plain(cut(text, limit)),
  quotedLines: (all) => all.map(STYLE.plain).join('\n'),
  sessionTitle: titled,
  callTitle: titled,
  lead: (text) => shown('text', text),
  text: (text) => shown('text', text),
  small: (text) => shown('small', text),
  code: (text, limit) => (text === '' ? [] : [{ kind: 'code', preview: cut(text, limit) }]),
  smallCode: (text, limit) => (text === '' ? [] : [{ kind: 'output', text: cut(text, limit) }]),
  facts: (facts) => (facts.length === 0 ? [] : [{ kind: 'facts', facts: [...facts] }]),
  buttons: buttonsOf,
  foot: (control, hasMenu, more) => [
    ...buttonsOf([...(control === undefined ? [] : [control]), ...more]),
    ...(hasMenu ? [SESSION_MENU] : []),
  ],
  decision: (toolCallId, buttons, choices) => [
    ...buttonsOf(buttons),
    ...choices.map(
      ({ argument, label, options, names, value }): Piece => ({
        kind: 'menu',
        label,
        name: ACTIONS.choose,
        values: [toolCallId, argument],
        options: options.map((option) => ({ label: names?.[option] ?? option, value: option })),
        ...(value === undefined ? {} : { chosen: value }),
        most: 1,
      }),
    ),
  ],
};
