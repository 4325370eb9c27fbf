import { jsonEnd } from './mark-scan.ts';

/*
 * Harmony without its special tokens, which some servers take out although they don't read the format:
 * `analysisThey want x.assistantfinalHello`.
 */

const BEGINS =
  /^(?:analysis(?=[A-Z"'“(])|assistant(?:analysis|commentary|final)(?=[A-Z"'“(*#\d[]| to=)|commentary to=)/;

/** Whether an answer begins so. */
export const isStripped = (said: string): boolean => BEGINS.test(said.slice(0, 60));

/** What may go on to be such a beginning. */
export const STRIPPED_BEGINNINGS = [
  'analysis?',
  'assistantanalysis?',
  'assistantcommentary_to=',
  'assistantcommentary?',
  'assistantfinal?',
  'commentary_to=',
];

/**
 * What was thought, and the rest with calls in Harmony's own form; undefined where a text is no such thing. A
 * thought alone is one where it was cut.
 */
export function stripped(said: string, isCut: boolean): { reasoning: string; rest: string } | undefined {
  if (!isStripped(said)) return undefined;
  const parts = [...said.matchAll(/(?:^|assistant)(analysis|commentary|final)(?=[A-Z"'“(*#\d[<{]|\s)/g)];
  const first = parts[0];
  if (first === undefined || (parts.length === 1 && first[0] === 'analysis' && !isCut)) return undefined;
  let reasoning = '';
  let rest = '';
  for (const [i, { 0: mark, 1: name, index }] of parts.entries()) {
    const body = said.slice(index + mark.length, parts[i + 1]?.index);
    const [, to] = /^\s*to=([\w.:-]{1,100})/.exec(body.slice(0, 120)) ?? [];
    if (to !== undefined) rest += calling(to, body);
    else if (name === 'analysis') reasoning += body;
    else rest += body;
  }
  return { reasoning, rest };
}

function calling(to: string, body: string): string {
  const start = body.indexOf('{');
  const end = start === -1 ? undefined : jsonEnd(body, start);
  const args = start === -1 ? '' : body.slice(start, end);
  return `<|channel|>commentary to=${to}<|message|>${args}<|call|>`;
}
