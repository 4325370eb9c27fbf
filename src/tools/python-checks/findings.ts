import type { ScriptFacts } from '../../parse-apart/parsers/python/script-facts.ts';

/** Something about a script, with the line that it is about. */
export type Finding = { line: number | undefined; text: string };

/**
 * What a look at a script has found. With `errors` it fails for sure, wherever it runs as it is said to run;
 * `doubts` are what may be wrong. `facts` are undefined of what could not be read.
 */
export type Findings = { errors: Finding[]; doubts: Finding[]; facts: ScriptFacts | undefined };

/** What is known of where a script is to run. */
export type Setting = {
  /** What it is installed with; undefined where that is not known. */
  dependencies: readonly string[] | undefined;
  /** Whether nothing else is there: the image has no packages of its own. */
  isBare: boolean;
  /** Modules that stand beside it. */
  local: ReadonlySet<string>;
  /** Variables of the environment that it is given; undefined where that is not known. */
  variables: ReadonlySet<string> | undefined;
};

/** Few are worth telling at once. */
const MOST = 12;

/** Findings in lines for a model: what is wrong first. */
export function findingsText({ errors, doubts }: Pick<Findings, 'errors' | 'doubts'>): string {
  const told = [
    ...errors.map((finding) => `- ${lineOf(finding)}`),
    ...doubts.map((finding) => `- perhaps: ${lineOf(finding)}`),
  ];
  const left = told.length - MOST;
  return [...told.slice(0, MOST), ...(left > 0 ? [`- … and ${left} more`] : [])].join('\n');
}

const lineOf = ({ line, text }: Finding): string => (line === undefined ? text : `line ${line}: ${text}`);
