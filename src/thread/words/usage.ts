import { dollars } from '../../lib/dollars.ts';

/** What was used in one scope, as the record sums it up. */
export type UsageRow = {
  scope: string;
  calls: string | number;
  input: string | number;
  cached: string | number;
  output: string | number;
  usd: string | number | null;
  first_ms: string | number | null;
};

/** Model calls, tokens and cost, as a table of markdown. */
export const usageTable = (rows: readonly UsageRow[]): string =>
  [
    '| | model calls | tokens in (cached) | tokens out | cost | first word after |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(lineOf),
    '',
    'Days are UTC days. Jobs are not in here: their cost stands on their cards, and `status` sums up.',
  ].join('\n');

function lineOf({ scope, calls, input, cached, output, usd, first_ms: first }: UsageRow): string {
  const number = (value: string | number) => Number(value).toLocaleString('en');
  const share = Number(input) > 0 ? Math.round((100 * Number(cached)) / Number(input)) : 0;
  return `| ${scope} | ${number(calls)} | ${number(input)} (${share} %) | ${number(output)} | ${usd === null ? '?' : dollars(Number(usd))} | ${first === null ? '?' : `${(Number(first) / 1000).toFixed(1)} s`} |`;
}
