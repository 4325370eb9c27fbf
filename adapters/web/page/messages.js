import { element, timeText } from './elements.js';
import { blocks, code } from './nodes.js';

/**
 * A message as an element. `act` is told of buttons and menus that somebody uses.
 *
 * @param {object} message
 * @param {(control: { name: string, values: string[], chosen?: string }, from: HTMLElement) => void} act
 */
export function messageElement(message, act) {
  return message.by === undefined ? ofBot(message, act) : ofPerson(message);
}

function ofPerson({ id, by, text, files, at, isTaken }) {
  return element(
    'article',
    { class: 'message person', 'data-id': id, 'aria-label': `${by}, ${timeText(at)}` },
    element('p', { class: 'by' }, by, ' ', element('time', { datetime: at }, timeText(at))),
    ...(text === '' ? [] : [element('p', { class: 'words' }, text)]),
    ...files.map((name) => element('p', { class: 'attached' }, `📎 ${name}`)),
    ...(isTaken ? [] : [element('p', { class: 'hint' }, 'Not taken in yet.')]),
  );
}

const NAMES = { card: '', answer: 'Answer', notice: 'Note', file: 'File' };

function ofBot({ id, kind, tone, headline, isCalling, pieces, at }, act) {
  const label = [headline || NAMES[kind], timeText(at)].filter(Boolean).join(', ');
  const attributes = {
    class: ['message bot', kind, tone ? `tone-${tone}` : '', isCalling ? 'calling' : ''].join(' ').trim(),
    'data-id': id,
    'aria-label': label,
  };
  return element(
    'article',
    attributes,
    ...pieces.flatMap((piece, i) => pieceNodes(piece, `${id}-${i}`, act, id)),
  );
}

/** A piece of a message or a card. */
export function pieceNodes(piece, at, act, messageId) {
  switch (piece.kind) {
    case 'text':
    case 'markdown':
      return [element('div', { class: piece.kind }, ...blocks(piece.blocks))];
    case 'small':
      return [element('div', { class: 'small' }, ...blocks(piece.blocks))];
    case 'code':
      return [code(piece.text, 'what runs')];
    case 'output':
      return [code(piece.text, 'output')];
    case 'facts':
      return [
        element(
          'dl',
          {},
          ...piece.facts.map(({ label, value }) =>
            element('div', {}, element('dt', {}, label), element('dd', {}, value)),
          ),
        ),
      ];
    case 'buttons':
      return [element('div', { class: 'buttons' }, ...piece.buttons.map((button) => buttonOf(button, act)))];
    case 'menu':
      return [menuOf(piece, at, act)];
    case 'file':
      return fileNodes(piece, messageId);
    default:
      return [];
  }
}

function buttonOf({ label, name, values, style, sure }, act) {
  const press = ({ currentTarget }) => {
    if (sure && !confirm(sure)) return;
    act({ name, values }, currentTarget);
  };
  return element('button', { type: 'button', class: style, 'data-name': name, onclick: press }, label);
}

function menuOf({ label, name, values, options, chosen, most }, at, act) {
  const id = `menu-${at}`;
  const select = element(
    'select',
    { id, multiple: most > 1, size: most > 1 ? Math.min(8, options.length) : undefined, 'data-name': name },
    ...(most > 1 || chosen !== undefined ? [] : [element('option', { value: '' }, label)]),
    ...options.map((option) =>
      element('option', { value: option.value, selected: option.value === chosen }, option.label),
    ),
  );
  const pick = ({ currentTarget }) => {
    const picked = [...select.selectedOptions].map(({ value }) => value).filter(Boolean);
    if (picked.length === 0) return;
    act({ name, values, chosen: picked.join(' ') }, currentTarget);
    if (chosen === undefined && most === 1) select.value = '';
  };
  // A keyboard goes through the options one by one: nothing is done before its button.
  return element(
    'div',
    { class: 'menu' },
    element('label', { for: id, class: most > 1 || chosen !== undefined ? undefined : 'unseen' }, label),
    select,
    element('button', { type: 'button', onclick: pick, 'aria-label': `Go: ${label}` }, 'Go'),
  );
}

function fileNodes({ name, alt, isPicture, href: own }, messageId) {
  const href = own ?? `/page/file?message=${encodeURIComponent(messageId)}`;
  const link = element('a', { href, download: name, class: 'attached' }, `📎 ${name}`);
  if (!isPicture) return [link];
  return [element('img', { src: href, alt: alt || name, loading: 'lazy' }), link];
}
