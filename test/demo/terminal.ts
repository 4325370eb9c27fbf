import { styleText } from 'node:util';
import { parseBlocks } from '../doubles/slack/rules.ts';
import { PEOPLE, type SlackMessage } from '../doubles/slack/workspace.ts';

const WIDTH = 100;
const MARGIN = '              ';

/** Prints a thread as it changes: new messages whole, edits as the lines that are new in them. */
export class ThreadPrinter {
  readonly #seen = new Map<string, string[]>();
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  changed(message: SlackMessage, change: 'posted' | 'edited' | 'deleted'): void {
    const lines = linesOf(message);
    const before = this.#seen.get(message.ts) ?? [];
    this.#seen.set(message.ts, lines);
    switch (change) {
      case 'deleted':
        this.#print(nameOf(message), [styleText('dim', '(deleted)')]);
        break;
      case 'posted':
        this.#print(nameOf(message), lines.map(coloured));
        break;
      default:
        this.#edited(before, lines);
    }
  }

  #edited(before: readonly string[], lines: readonly string[]): void {
    const known = new Set(before.map(withoutNumbers));
    const fresh = lines.filter((line) => !known.has(withoutNumbers(line)) && !line.startsWith('[ '));
    if (fresh.length > 0) this.#print(styleText('dim', '  (edited)  '), fresh.map(coloured));
  }

  /** What happens outside of the thread: clicks, crashes. */
  aside(text: string): void {
    this.#write(`\n${MARGIN}${styleText('magenta', text)}\n`);
  }

  #print(who: string, lines: readonly string[]): void {
    const [first = '', ...rest] = lines;
    this.#write(`\n${who}${first}\n${rest.map((line) => `${MARGIN}${line}\n`).join('')}`);
  }
}

function nameOf(message: SlackMessage): string {
  const name = message.bot_id ? 'ml-intern' : (PEOPLE[message.user] ?? message.user);
  return `${styleText(message.bot_id ? ['bold', 'cyan'] : ['bold', 'yellow'], name.padStart(12))}  `;
}

/** Elapsed times and counts change all the time and are no news. */
const withoutNumbers = (line: string) => line.replace(/[\d.]+/g, '#');

function linesOf(message: SlackMessage): string[] {
  const blocks = parseBlocks(message.blocks);
  const text =
    blocks.length === 0
      ? message.text.replace(/<@UBOT00001>/g, '@ml-intern')
      : blocks
          .map(blockText)
          .filter((part) => part !== '')
          .join('\n');
  const files = (message.files ?? []).map(({ name }) => `📎 ${name}`);
  return [...text.split('\n').flatMap((line) => wrapped(unescaped(line))), ...files];
}

function blockText(block: ReturnType<typeof parseBlocks>[number]): string {
  switch (block.type) {
    case 'section':
      return [block.text?.text, ...(block.fields ?? []).map((field) => field.text.replace('\n', ': '))]
        .filter((part) => part !== undefined)
        .join('\n');
    case 'context':
      return block.elements.map((element) => element.text).join('  ');
    case 'actions':
      return block.elements
        .map(
          (element) =>
            `[ ${element.type === 'button' ? element.text.text : element.type === 'overflow' ? '⋯' : element.initial_option?.text.text} ]`,
        )
        .join('  ');
    case 'markdown':
      return block.text;
    case 'header':
      return block.text.text;
    default:
      return '';
  }
}

function unescaped(line: string): string {
  return line
    .replace(/<!date\^\d+\^[^|]*\|[^>]*>/g, 'just now')
    .replace(/<@(\w+)>/g, (_whole, id: string) => `@${PEOPLE[id] ?? id}`)
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, '$2')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function wrapped(line: string): string[] {
  if (line.length <= WIDTH) return [line];
  const at = line.lastIndexOf(' ', WIDTH);
  const cut = at > WIDTH / 2 ? at : WIDTH;
  return [line.slice(0, cut), ...wrapped(line.slice(cut).trimStart())];
}

function coloured(line: string): string {
  if (/^\[ .* \]$/.test(line)) return styleText('inverse', line);
  if (line.startsWith('✓') || line.startsWith('_')) return styleText('dim', line);
  return line.replace(/\*\*?([^*]+)\*\*?/g, (_whole, bold: string) => styleText('bold', bold));
}
