import { element, timeText } from './elements.js';
import { blockHeight, settle, USUAL_COLUMNS } from './heights.js';
import { blocks, code } from './nodes.js';

/**
 * What elements show of messages that change, by which what has not changed is known. Most never do: what
 * changes for the first time is made anew.
 */
const shownBy = new WeakMap();

/**
 * A message as an element. `act` is told of buttons and menus that somebody uses.
 *
 * @param {object} message
 * @param {(control: { name: string, values: string[], chosen?: string }, from: HTMLElement) => void} act
 */
export function messageElement(message, act) {
  if (message.by !== undefined) return ofPerson(message);
  const { id, pieces } = message;
  const nodes = pieces.flatMap((piece, i) => pieceNodes(piece, `${id}-${i}`, act, id));
  return element('article', attributesOf(message), ...nodes);
}

/**
 * What becomes of the element of a message that has changed. Of one of the bot that goes on changing it is
 * the same element, in which only what has changed is made anew: the rest keeps what is selected, scrolled
 * and read in it.
 */
export function changedElement(old, message, act) {
  if (message.by !== undefined) return ofPerson(message);
  const isKnown = shownBy.has(old);
  const made = isKnown ? old : element('article');
  if (!isKnown) shownBy.set(made, []);
  for (const [name, value] of Object.entries(attributesOf(message))) {
    if (made.getAttribute(name) !== value) made.setAttribute(name, value);
  }
  return filled(made, message, act);
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

/** Whether a piece is what a call is approved with. */
const decides = ({ buttons }) => buttons?.some(({ name }) => name === 'approve') ?? false;

function attributesOf({ id, kind, tone, headline, isCalling, pieces, at }) {
  const looks = [
    ...['message', 'bot', kind, tone && `tone-${tone}`, isCalling && 'calling'],
    pieces.some(decides) && 'decides',
  ];
  return {
    class: looks.filter(Boolean).join(' '),
    'data-id': id,
    'aria-label': [headline || NAMES[kind], timeText(at)].filter(Boolean).join(', '),
  };
}

/** Makes of an element what a message says; pieces that say the same as before are the same elements. */
function filled(made, { id, pieces }, act) {
  const before = shownBy.get(made);
  const shown = pieces.map((piece, i) => shownPiece(before[i], piece, `${id}-${i}`, act, id));
  shownBy.set(made, shown);
  const kept = new Set(shown.flatMap(({ nodes }) => nodes));
  for (const node of [...made.childNodes]) if (!kept.has(node)) node.remove();
  [...kept].forEach((node, i) => {
    const there = made.childNodes[i];
    if (there !== node) made.insertBefore(node, there ?? null);
  });
  return made;
}

function shownPiece(before, piece, at, act, messageId) {
  const said = JSON.stringify(piece);
  if (before?.said === said) return before;
  if (!piece.blocks || before?.text === undefined || before.kind !== piece.kind) {
    const text = piece.blocks && createText(piece);
    return {
      said,
      kind: piece.kind,
      text,
      nodes: text ? [text.node] : pieceNodes(piece, at, act, messageId),
    };
  }
  before.text.change(piece.blocks);
  return { ...before, said };
}

/** Blocks of a text after which those of its beginning are left out while they are out of sight. */
const MOST_BLOCKS = 20;
const NEWEST_BLOCKS = 10;

/**
 * A text that may be still being written: blocks that stand at its beginning as before are not made anew.
 */
function createText({ kind, blocks: first }) {
  const node = element('div', { class: kind });
  let shown = [];
  change(first);
  return { node, change };

  function change(trees) {
    const said = trees.map((tree) => JSON.stringify(tree));
    let same = 0;
    while (same < shown.length && shown[same].said === said[same]) same++;
    for (const old of shown.slice(same)) for (const one of old.nodes) one.remove();
    const made = trees.slice(same).map((tree, i) => ({ said: said[same + i], nodes: blocks([tree]) }));
    node.append(...made.flatMap(({ nodes }) => nodes));
    shown = [...shown.slice(0, same), ...made];
    if (shown.length > MOST_BLOCKS) settleFirst(trees);
  }

  function settleFirst(trees) {
    shown.slice(0, -NEWEST_BLOCKS).forEach((one, i) => {
      if (one.isSettled) return;
      one.isSettled = true;
      for (const block of one.nodes) settle(block, blockHeight(trees[i], USUAL_COLUMNS));
    });
  }
}

/** A piece of a message or a card. */
export function pieceNodes(piece, at, act, messageId) {
  switch (piece.kind) {
    case 'text':
    case 'markdown':
    case 'small':
      return [createText(piece).node];
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
      return [
        element(
          'div',
          { class: decides(piece) ? 'buttons deciding' : 'buttons' },
          ...piece.buttons.map((button) => buttonOf(button, act)),
        ),
      ];
    case 'menu':
      return [menuOf(piece, at, act, messageId !== '')];
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

/**
 * A menu of a message is a button until somebody opens it, unless it shows what is chosen: browsers that
 * fill in forms look at every list of choices of a page whenever something changes, and so lay out what is
 * out of sight, too.
 */
function menuOf(piece, at, act, isInMessage) {
  const menu = element('div', { class: 'menu' });
  const { label, chosen, most } = piece;
  if (!isInMessage || most > 1 || chosen !== undefined) {
    menu.append(...choices(piece, at, act));
    return menu;
  }
  const open = () => {
    menu.replaceChildren(...choices(piece, at, act));
    const select = menu.querySelector('select');
    select.focus();
    if (navigator.userActivation?.isActive) select.showPicker?.();
  };
  menu.append(
    element('button', { type: 'button', class: 'opens', 'aria-haspopup': 'listbox', onclick: open }, label),
  );
  return menu;
}

function choices({ label, name, values, options, chosen, most }, at, act) {
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
  return [
    element('label', { for: id, class: most > 1 || chosen !== undefined ? undefined : 'unseen' }, label),
    select,
    element('button', { type: 'button', onclick: pick, 'aria-label': `Go: ${label}` }, 'Go'),
  ];
}

function fileNodes({ name, alt, isPicture, href: own }, messageId) {
  const href = own ?? `/page/file?message=${encodeURIComponent(messageId)}`;
  const link = element('a', { href, download: name, class: 'attached' }, `📎 ${name}`);
  if (!isPicture) return [link];
  return [element('img', { src: href, alt: alt || name, loading: 'lazy' }), link];
}
