import { styleText } from 'node:util';

const WIDTH = 100;
const MARGIN = '              ';

/** A message as the terminal shows it, whatever the platform: its text, with buttons as lines of `[ … ]`. */
export type Printed = { id: string; who: string; isBot: boolean; text: string };

/** Prints a thread as it changes: new messages whole, edits as the lines that are new in them. */
export class ThreadPrinter {
  readonly #seen = new Map<string, string[]>();
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  changed(message: Printed, change: 'posted' | 'edited' | 'deleted'): void {
    const lines = message.text.split('\n').flatMap(wrapped);
    const before = this.#seen.get(message.id) ?? [];
    this.#seen.set(message.id, lines);
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

const nameOf = ({ who, isBot }: Printed): string =>
  `${styleText(isBot ? ['bold', 'cyan'] : ['bold', 'yellow'], who.padStart(12))}  `;

/** Elapsed times and counts change all the time and are no news. */
const withoutNumbers = (line: string) => line.replace(/[\d.]+/g, '#');

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
