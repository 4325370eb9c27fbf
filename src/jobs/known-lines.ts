/** A line of a log, with when it was printed in milliseconds, as the Hub says; NaN where it does not. */
export type LogLine = { text: string; at: number };

/**
 * Tells which lines of a log that is streamed anew are new. The Hub replays a log from its start, where lines
 * are counted, or, where that is long, from somewhere within: then a line is known by when it was printed,
 * and by what it says among those of the same moment.
 */
export class KnownLines {
  #count = 0;
  #first: LogLine | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;
  /** How often each line has been printed at that moment. */
  #atLast = new Map<string, number>();

  /** For one stream: says of each of its lines, in order, whether it was there before, and notes it. */
  begin(): (line: LogLine) => boolean {
    let index = 0;
    let isReplay = true;
    const known = this.#count;
    const since = this.#lastAt;
    const there = new Map(this.#atLast);
    return (line) => {
      if (index === 0) isReplay = this.#isFirst(line);
      const wasThere = isReplay ? index < known : isBefore(line, since, there);
      index++;
      if (!wasThere) this.#note(line);
      return wasThere;
    };
  }

  #isFirst({ text, at }: LogLine): boolean {
    if (this.#first === undefined || Number.isNaN(at)) return true;
    return this.#first.text === text && this.#first.at === at;
  }

  #note(line: LogLine): void {
    this.#first ??= line;
    this.#count++;
    if (line.at > this.#lastAt) {
      this.#lastAt = line.at;
      this.#atLast.clear();
    }
    if (line.at === this.#lastAt) this.#atLast.set(line.text, (this.#atLast.get(line.text) ?? 0) + 1);
  }
}

function isBefore({ text, at }: LogLine, since: number, there: Map<string, number>): boolean {
  if (at !== since) return at < since;
  const left = there.get(text) ?? 0;
  there.set(text, left - 1);
  return left > 0;
}
