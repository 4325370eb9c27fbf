import { createBreath } from '../lib/breath.ts';

/** What a job has printed: the newest lines, and how many before them are not kept. */
export type JobLog = { lines: readonly string[]; leftOut: number };

/** Of all lines together: twice what a thread is given as a file. */
const CHARACTERS = 16_000_000;
const LINES = 200_000;

/** A job that prints all the time is never silent: it is read for as long as so many silences last. */
const SILENCES = 20;

/** The Hub's own first line of a log. */
export const PREAMBLE = /^===== Job started/;

/**
 * Reads a log until nothing has come for `silenceMs` (three times that before the first line), or for twenty
 * times as long: the newest lines.
 */
export async function readUntilSilent(
  silenceMs: number,
  open: (silent: AbortSignal) => AsyncIterable<{ message: string }>,
): Promise<JobLog> {
  const over = new AbortController();
  const silent = AbortSignal.any([over.signal, AbortSignal.timeout(silenceMs * SILENCES)]);
  const newest = new NewestLines();
  const breathe = createBreath();
  let timer = setTimeout(() => over.abort(), silenceMs * 3);
  try {
    for await (const { message } of open(silent)) {
      if (!PREAMBLE.test(message)) newest.add(message);
      clearTimeout(timer);
      timer = setTimeout(() => over.abort(), silenceMs);
      await breathe(); // what was printed long ago comes as fast as it is read
    }
  } catch (error) {
    if (!silent.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return newest.log();
}

/** Lines as they come, of which only so many are held. */
class NewestLines {
  #lines: string[] = [];
  #from = 0;
  #characters = 0;
  #leftOut = 0;

  add(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    while (this.#characters > CHARACTERS || this.#lines.length - this.#from > LINES) this.#drop();
  }

  #drop(): void {
    this.#characters -= this.#lines[this.#from]?.length ?? 0;
    this.#lines[this.#from++] = '';
    this.#leftOut++;
    if (this.#from < LINES) return;
    this.#lines = this.#lines.slice(this.#from);
    this.#from = 0;
  }

  log(): JobLog {
    return { lines: this.#lines.slice(this.#from), leftOut: this.#leftOut };
  }
}
