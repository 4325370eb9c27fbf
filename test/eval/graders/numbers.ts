import { lastAnswer, type Ran } from '../ran.ts';
import type { Grader } from '../task.ts';

type Said = { text: string; values: readonly number[]; halfUnit: number };

/** Numbers in a text, each as what it may mean: 92.8 may be a percentage, and 1.3M are millions. */
function numbersIn(text: string): Said[] {
  const found = text.matchAll(/(?<![\w.])(\d[\d,]*(?:\.\d+)?|\.\d+)(e-?\d+)?\s*(%|percent|[kM]\b)?/g);
  return [...found].map(([whole, digits = '', exponent = '', unit = '']) => {
    const value = Number(`${digits.replaceAll(',', '')}${exponent}`);
    const decimals = (digits.split('.')[1] ?? '').length;
    const halfUnit = 0.5 * 10 ** -decimals;
    return { text: whole, values: [value, value / 100, value * (unit === 'k' ? 1e3 : 1)], halfUnit };
  });
}

/** Whether a text says a number, rounded to two digits at least; percentages and fractions are alike. */
export const saysNumber = (text: string, truth: number): boolean =>
  numbersIn(text).some(
    ({ text: said, values: [plain = Number.NaN, part = Number.NaN, scaled = Number.NaN], halfUnit }) => {
      if (said.replaceAll(/^0?\.0*|\D/g, '').length < 2 && truth % 1 !== 0) return false;
      const isNear = (value: number, within: number) => Math.abs(value - truth) <= within * 1.001 + 1e-12;
      return isNear(plain, halfUnit) || isNear(part, halfUnit / 100) || isNear(scaled, 1e-9);
    },
  );

/** The numbers of an answer, as a failure shows them. */
export function shownNumbers(text: string): string {
  const shown = numbersIn(text)
    .map(({ text: said }) => said.trim())
    .slice(0, 12);
  return shown.length === 0 ? 'there is no number in the answer' : `the answer says ${shown.join(', ')}`;
}

/** The last answer says numbers as the log of a job, a file or a price has them. */
export const tellsNumbers = (
  what: string,
  truths: (ran: Ran) => readonly number[],
  name = 'true numbers',
): Grader => ({
  name,
  expects: `the answer says ${what}`,
  look(ran) {
    const wanted = truths(ran);
    const answer = lastAnswer(ran);
    if (wanted.length === 0) return 'nothing was measured that it could say';
    const missing = wanted.filter((truth) => !saysNumber(answer, truth));
    return missing.length === 0 ? undefined : `it lacks ${missing.join(', ')}: ${shownNumbers(answer)}`;
  },
});

/** Values that jobs have printed for a metric, in the order of their jobs; the last one of each job. */
export const printed = ({ jobs }: Ran, metric: string): number[] =>
  jobs.flatMap(({ lines, stage }) => {
    const pattern = new RegExp(`['"]?${metric}['"]?\\s*[:=]\\s*(-?[\\d.]+(?:e-?\\d+)?)`, 'g');
    const value = [...lines.join('\n').matchAll(pattern)].at(-1)?.[1];
    return value === undefined || stage !== 'COMPLETED' ? [] : [Number(value)];
  });
