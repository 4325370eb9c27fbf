/**
 * Text as it is put together from a page: lines, in which white space counts for nothing, and blocks in which
 * it counts. `notes` are footnotes, told once below what they belong to.
 */
export class PageText {
  readonly notes: string[] = [];
  private readonly lines: string[] = [];
  private line = '';
  /** What the next line begins with: the mark of an item. */
  private lead = '';

  add(text: string): void {
    this.line += text;
  }

  /** Ends the line. */
  break(): void {
    const text = oneLine(this.line);
    this.line = '';
    if (text === '') return;
    this.lines.push(this.lead + text);
    this.lead = '';
  }

  item(lead: string): void {
    this.break();
    this.lead = lead;
  }

  /** A whole line, or lines, as they are. */
  whole(text: string): void {
    this.break();
    if (text === '') return;
    if (this.lead !== '') this.lines.push(this.lead.trimEnd());
    this.lead = '';
    this.lines.push(text);
  }

  /** All of it; the notes at its end. */
  text(): string {
    this.break();
    return [...this.lines, ...this.notes].join('\n');
  }

  /** All of it in one line, without the notes. */
  inline(): string {
    this.break();
    return oneLine(this.lines.join(' '));
  }
}

/** White space of every kind is one space; soft hyphens and what has no width are nothing. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\u00ad\u200b\u2060-\u2064\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
