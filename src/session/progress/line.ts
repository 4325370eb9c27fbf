/*
 * A line of a job's log without what loggers and launchers put before it: the time, the level, the process,
 * the place in the code. Every pattern is anchored and bounded.
 */

type Level = 'debug' | 'info' | 'warning' | 'error';

export type Line = {
  /** What was printed, indented as it was. */
  text: string;
  /** The same with everything but the name of the process. */
  shown: string;
  level: Level | undefined;
  /** Which of many processes says that it printed this. */
  rank: string | undefined;
};

const RANK =
  /^(?:\[(?:(?:local|global)[ _])?(?:rank|default|trainer|worker|node|host|gpu|cuda|proc(?:ess)?|task)[ :=_-]{0,2}(\d{1,6})(?:\|\d{1,6})?\]:?|\[\d{1,4},(\d{1,6})\]<std(?:out|err)>:|rank[ :=]{0,2}(\d{1,6}):(?= |$)|(\d{1,4}):(?= |$)|\([\w.-]{1,60} (?:pid|rank)=(\d{1,10})[^)]{0,60}\)) ?/i;

/**
 * `[0] `, `node-0: ` and `trainer-0  | ` could be anything, so what follows them has to be of a run: figures,
 * a bar, where it is, or a traceback.
 */
const BEFORE_A_RUN =
  /^(?:\[(\d{1,4})\]:? |((?!(?:epoch|step|iter|train|eval|batch|test|val|fold|run|trial|seed)[\w-]{0,12}:)[a-z][\w.-]{0,60}\d)(?:: | {1,8}\| ))(?=\s{0,4}(?:\{ ?['"]|\d{1,3}%[ ]?[|━]|(?:epoch|step|iter(?:ation)?)\b[ :=[]|Traceback \(|\[\d))/i;

const LEVEL =
  /^[[<]?(DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL)(?:\|[\w./-]{1,80}:\d{1,6}|:[\w.-]{1,60}(?=\]))?[\]>]?(?::[\w.-]{1,80}:|[:|]|(?=\s))/;

/** As Google's logging and torch's write it: `I1126 10:00:00.123456 140 file.cc:12] `. */
const GLOG = /^\[?([IWEF])\d{4} \d{2}:\d{2}:\d{2}\.\d{1,9}\s{1,4}(?:\d{1,12} )?[\w./-]{1,80}:\d{1,6}\]/;

const PARTS: readonly RegExp[] = [
  /^\[\d{2}\/\d{2} \d{2}:\d{2}:\d{2}(?: [\w.]{1,80})\]:?/,
  /^\[?(?:\d{4}[-/]\d{2}[-/]\d{2}|\d{2}[-/]\d{2}(?:[-/]\d{2,4})?)[ T:]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?\]?(?=[\s,:|]|$),?/,
  /^\[\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?\]/,
  /^\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})? (?=[|-] )/,
  /^\[[\w./-]{1,80}:\d{1,6}(?::[\w<>]{1,60})?\]/,
  /^\[(?:PID|pid):\d{1,10}\]/,
  /^\[[a-z][\w-]{0,40}\](?= \[?\d{4}-)/,
  /^\[\w{1,60}(?:\.\w{1,60}){1,8}\]/,
  /^(?:__main__|\w{1,60}(?:\.\w{1,60}){1,8})(?::[\w<>]{1,60}){0,2} ?(?:-|>>|\|)(?= )/,
  /^(?:__main__|\w{1,60}(?:\.\w{1,60}){1,8}):\d{1,6}(?= )/,
];

/** Between two of these, and names of loggers, where one of them stood before. */
const BETWEEN = /^(?:(?:[|:-]|>>) |[A-Za-z_]\w{0,60} - (?=[A-Z]{4,8} )|\[[A-Za-z_.]{1,80}\])/;

const LEVELS: Readonly<Record<string, Level>> = {
  DEBUG: 'debug',
  INFO: 'info',
  NOTICE: 'info',
  I: 'info',
  WARNING: 'warning',
  WARN: 'warning',
  W: 'warning',
  ERROR: 'error',
  CRITICAL: 'error',
  FATAL: 'error',
  E: 'error',
  F: 'error',
};

const MOST_PARTS = 12;

/** Takes a line apart. What follows the name of a process keeps its indentation, as tracebacks need it. */
export function lineOf(printed: string): Line {
  const line: Line = { text: printed.trimEnd(), shown: printed.trim(), level: undefined, rank: undefined };
  let isBegun = false;
  for (let i = 0; i < MOST_PARTS; i++) {
    if (withoutRank(line)) continue;
    const rest = withoutPart(line, isBegun);
    if (rest === undefined) break;
    isBegun = true;
    line.text = rest.trimStart();
  }
  return line;
}

function withoutRank(line: Line): boolean {
  const match = RANK.exec(line.text) ?? BEFORE_A_RUN.exec(line.text);
  if (match === null) return false;
  line.rank ??= match.slice(1).find((rank) => rank !== undefined);
  const isFirst = line.shown.startsWith(match[0]);
  line.text = line.text.slice(match[0].length);
  if (isFirst) line.shown = line.text.trim();
  return true;
}

/** The text after one more part; undefined where there is none. */
function withoutPart(line: Line, isBegun: boolean): string | undefined {
  const indent = line.text.startsWith(' ') ? 1 : 0; // Megatron's lines stand one further in
  const text = line.text.slice(indent);
  const level = LEVEL.exec(text) ?? GLOG.exec(text);
  if (level) {
    line.level ??= LEVELS[level[1] ?? ''];
    return text.slice(level[0].length);
  }
  for (const pattern of PARTS) {
    const match = pattern.exec(text);
    if (match) return text.slice(match[0].length);
  }
  const between = isBegun ? BETWEEN.exec(text) : null;
  return between === null ? undefined : text.slice(between[0].length);
}
