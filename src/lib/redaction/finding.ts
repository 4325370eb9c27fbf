/** A secret in a text: where its value stands, and what it is, in words for people (never the value). */
export type Finding = { start: number; end: number; what: string };

/** No secret has more characters than this. */
export const LONGEST = 8_192;

/**
 * What stands in the place of a secret. No scanner takes it for one, so scrubbing twice is scrubbing once.
 */
export const MARK = '[redacted]';

/** Findings in order; those that overlap are one, with the words of the one that was given first. */
export function merged(findings: readonly Finding[]): Finding[] {
  const sorted = findings
    .map((finding, rank) => ({ ...finding, rank }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: typeof sorted = [];
  for (const finding of sorted) {
    const last = kept.at(-1);
    if (last !== undefined && finding.start < last.end) {
      last.end = Math.max(last.end, finding.end);
      if (finding.rank < last.rank) [last.what, last.rank] = [finding.what, finding.rank];
    } else if (finding.end > finding.start) kept.push(finding);
  }
  return kept.map(({ start, end, what }) => ({ start, end, what }));
}

/** The text with a mark in the place of each finding; `findings` are in order and do not overlap. */
export function withMarks(text: string, findings: readonly Finding[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of findings) {
    parts.push(text.slice(at, start), MARK);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
