import { isBar } from './bars.ts';
import { type Failure, failureOf, knownFailure } from './causes.ts';
import type { Line } from './line.ts';
import { withoutFailure } from './run.ts';
import type { Known, Reader } from './state.ts';

/*
 * What has gone wrong, from lines that say so: the exception that ends a traceback, an exception or an error
 * on a line of its own. What code, comments, help and warnings say of failures is none.
 */

type Trace = NonNullable<Reader['trace']>;

/** What is known of failures after one more line. */
export function withFailures(before: Known, line: Line): Known {
  const { trace } = before.reader;
  if (TRACEBACK.test(line.text)) return withTrace(before, { ...OPENED, isCaught: isToldOnly(before, line) });
  if (trace?.at === 'stack' && isOfStack(line.text)) return before;
  if (trace?.at === 'stack') return afterStack(before, trace, line);
  if (trace?.at === 'said') return afterException(before, trace, line);
  return alone(before, line);
}

/** What an exception says may have empty lines, but not many. */
export function afterBlank(before: Known): Known {
  const { trace } = before.reader;
  return trace?.at === 'said' ? withTrace(before, { ...trace, lines: trace.lines + 1 }) : before;
}

const OPENED: Trace = { at: 'stack', isCaught: false, isKnown: false, isNamed: false, lines: 0 };

const TRACEBACK = /^[\s+|╭─-]{0,80}(?:Exception Group )?Traceback \(most recent call last\)/;

/** Files, source lines and marks; what rich draws around them. */
const isOfStack = (text: string): boolean =>
  text === '' || /^(?:\s|[│╭╰|+^~]|\[Previous line repeated)/.test(text);

const CHAINED = /^(?:During handling of the above exception|The above exception was the direct cause)/;

/** Python's exceptions, as the last line of a traceback names them, with what they say. */
const EXCEPTION = /^((?:[A-Za-z_]\w{0,60}\.){0,8}[A-Za-z_]\w{0,80})(?:: (.*)|:?)$/;

/** One that is known to be an exception by its name, without a traceback before it. */
const NAMED =
  /(?:\w(?:Error|Exception|Interrupt|Timeout|TimeoutExpired|NotFound|Unavailable|Failed)|OutOfMemory|OutOfResources|^Exception|\.(?:exc|errors?|exceptions?)\.\w{1,80})$/;

/** How many lines of an exception's message are looked at. */
const SAID_LINES = 12;

/** Other processes may print something in between. */
const STRANGE_LINES = 3;

function afterStack(before: Known, trace: Trace, line: Line): Known {
  const match = isBar(line.text) ? null : EXCEPTION.exec(line.text);
  const [, name = '', message = ''] = match ?? [];
  if (match === null || !/^[A-Z]|\./.test(name)) {
    const isOver = trace.lines >= STRANGE_LINES;
    return alone(withTrace(before, isOver ? undefined : { ...trace, lines: trace.lines + 1 }), line);
  }
  const said: Trace = { ...trace, at: 'said', lines: 0 };
  if (trace.isCaught || name.endsWith('Warning')) return withTrace(before, { ...said, isCaught: true });
  return told({ ...before, reader: { ...before.reader, trace: said } }, exceptionOf(name, message));
}

type Told = Failure & { isWhole: boolean };

/** `isWhole`: lines below it tell no other cause. */
function exceptionOf(name: string, message = ''): Told {
  const failure = failureOf(name, message.trim());
  const saysMore = message === '' || SAYS_MORE.test(name);
  return { ...failure, isWhole: !failure.isGeneral && (failure.isKnown || !saysMore) };
}

function told(before: Known, { isWhole: isKnown, isNamed, ...failure }: Told): Known {
  const trace = before.reader.trace ?? OPENED;
  return withTrace(withFailure(before, failure), { ...trace, at: 'said', isKnown, isNamed });
}

/** Whoever raises these often tells the cause on the lines below. */
const SAYS_MORE = /(?:HTTPError|HttpError|OSError|EnvironmentError|RuntimeError|ValueError|ImportError)$/;

/** Further lines of what an exception says, and whether somebody has caught it. */
function afterException(before: Known, trace: Trace, line: Line): Known {
  if (CHAINED.test(line.text)) return withTrace(before, undefined);
  const isOver = trace.lines >= SAID_LINES;
  if (trace.lines < SEEN_TO_LINES && RECOVERS.test(line.text)) {
    return withTrace(withoutFailure(before, ['error', 'consequence']), undefined);
  }
  if (isOver || line.level !== undefined) return alone(isOver ? withTrace(before, undefined) : before, line);
  const next = withTrace(before, { ...trace, lines: trace.lines + 1 });
  if (trace.isKnown && !isException(line)) return next; // what explains it further names no other cause
  if (trace.isCaught || trace.isKnown) return alone(next, line);
  const known = isHarmless(line) ? undefined : knownFailure(line.text);
  if (known === undefined) return alone(next, line);
  if (trace.isNamed && (known.isGeneral || known.isConsequence)) return next;
  return told(next, { ...known, isWhole: !known.isGeneral });
}

const isException = ({ text }: Line): boolean => NAMED.test(EXCEPTION.exec(text)?.[1] ?? '');

/** So soon after an exception it is said that somebody has seen to it. */
const SEEN_TO_LINES = 3;

/** What programs do about a failure that does not end them. */
const GOES_ON = [
  'falling back|falls back|fall back|fallback|retrying|will retry|will be retried|retry in|trying again|try again in',
  'trying (?:with|another|the next|a smaller)|ignored|ignoring|skipping|skipped|continuing|proceeding|switching to',
  'reconnecting|recovered|recovering|using .{1,60} instead',
  'using (?:the |an? |its )?(?:cached|local|default|existing|previous|older|stale)',
  // "Try reducing the batch size" is what errors say.
  '(?<!(?:try|consider|by|or|of) )(?:halving|reducing|lowering|decreasing|shrinking) (?:[a-z]+[ -]){0,3}(?:batch|batch_?size)',
  '(?:batch|batch_?size) (?:size )?(?:was|is|has been) (?:halved|reduced|lowered)',
].join('|');

/** What is told right after a failure that does not end a program. */
const RECOVERS = new RegExp(String.raw`\b(?:${GOES_ON}|resuming from)\b`, 'i');

/** A line that no traceback stands before. */
function alone(before: Known, line: Line): Known {
  const noted = withPrinted(withToldOnly(before, line), line);
  const failure = isHarmless(line) || isPrinted(before, line) ? undefined : wordedFailure(line);
  return failure === undefined ? noted : told(withTrace(noted, OPENED), failure);
}

/** How many lines of what a model answers may look like errors. */
const PRINTED_LINES = 20;

/** "### Response:", "Generated text:", "**Assistant**" on a line alone. */
const PRINTED =
  /^(?=[#*]|.{1,60}:$)(?:#{1,6} ?|\*{2})?(?:(?:model|generated|predicted|sample|example|assistant|expected|user)(?:['’]s)? )?(?:response|answer|output|completion|generation|text|prediction|assistant|prompt|question|input|instruction|sample|user|reference)s?(?: \d{1,6})?:?(?:\*{2})?:?$/i;

function withPrinted(before: Known, { text }: Line): Known {
  const { printed, ...reader } = before.reader;
  if (PRINTED.test(text.trim())) return { ...before, reader: { ...reader, printed: PRINTED_LINES } };
  if (printed === undefined) return before;
  return { ...before, reader: printed > 1 ? { ...reader, printed: printed - 1 } : reader };
}

/** Whether a line belongs to what a model answers. Programs and loggers tell errors in words of their own. */
const isPrinted = ({ reader }: Known, { text, level }: Line): boolean =>
  reader.printed !== undefined &&
  level === undefined &&
  !ERROR.test(text.trim()) &&
  !OF_LAUNCHERS.test(text.trim());

function wordedFailure(line: Line): Told | undefined {
  const text = line.text.trim();
  const isIndented = /^\s{2}/.test(line.text);
  const exception = isIndented ? null : EXCEPTION.exec(text);
  if (exception && NAMED.test(exception[1] ?? '')) return exceptionOf(exception[1] ?? '', exception[2]);
  const isError = line.level === 'error' || ERROR.test(text);
  const known = knownFailure(text);
  if (known === undefined || !(isError || OF_LAUNCHERS.test(text) || (known.index === 0 && !isIndented)))
    return undefined;
  return { ...known, isWhole: !known.isGeneral };
}

/** How programs begin to tell an error. */
const ERROR =
  /^(?:\[(?:error|fatal|critical)\]:?|(?:fatal |critical |runtime |docker: )?(?:error|fatal|critical)(?: response from daemon)?:|[×✗❌✖]|╰─▶|[\w./-]{1,60}(?: \d{1,6})?: (?:error|fatal(?: error)?):|[\w/]{0,20}sh: (?:line )?\d{1,6}:|(?:CUDA|HIP|NCCL|Triton) (?:driver |runtime )?error:|(?:slurmstepd|srun): error:|(?:training|job|run|script|process|task|build|worker|an? (?:unexpected )?error|something)\b[\w ]{0,40}(?:failed|crashed|occurred|error|died|wrong)(?: with| due to| because of)?(?=[:\s]):?)\s{0,4}/i;

/** Lines with which launchers, shells and kernels tell how a process ended. */
const OF_LAUNCHERS =
  /^(?:\s{0,4}(?:exitcode|traceback) {1,6}: |Killed$|.{0,200}: +\d{1,10} (?:Killed|Segmentation|Bus error|Aborted|Illegal|Floating point)|.{0,80}(?:exited|terminated|failed|killed|died) .{0,80}(?:code|signal|status|<Signals)|Segmentation fault|Bus error|terminate called|Fatal Python error|\[E\d{0,4} |\S{1,160}\.cu:\d{1,6}: |.{0,80}\[E ProcessGroupNCCL|Because .{1,200} depends on |python[\d.]{0,5}: can't open file |[\w/][\w ./:-]{0,100}: command not found$|zsh: command not found: |\/usr\/bin\/env: .{1,80}: No such file or directory$|.{0,60}\bOOMKilled\b|Job timeout$|(?:the |your )?(?:job|workload|container|script)\b.{0,80} (?:timed out|exceeded the|took longer)|libc\+\+abi: terminating|(?:Aborted|Floating point exception|Trace\/breakpoint trap|Bad system call)(?: \(core dumped\))?$|\*\*\* (?:stack|buffer|Error in)|(?:Memory cgroup )?Out of memory: Killed|(?:standard_init_linux\.go:\d{1,4}: )?exec \S.{0,160}: (?:exec format error|no such file or directory)$|\S{0,10}sh: .{1,160}: cannot execute|thread '.{1,60}' (?:\(\d{1,10}\) )?panicked at |[\w.-]{1,80}: (?:error loading|failed to) |.{0,60}\bERROR\s{1,4}(?:TDRV|NRT|NMGR):|.{0,200}\bexec: "[^"]{1,100}": executable file not found|[\w.-]{1,80}: .{0,120}cudaMalloc failed|[\w.-]{1,20}: .{1,160}: (?:No space left on device|Cannot allocate memory|Disk quota exceeded)$)/i;

/** Code, comments and options at the beginning of a line. */
const CODE =
  /^(?:#|\/\/|--|>>>|\*(?!\*\* (?:stack|buffer|Error in))|- |"""|'''|\$ |\+ |@|\w[\w.]{0,60} ?= |\w[\w.]{0,60}=[^\s#]{0,100}\s{1,20}# |(?:if|elif|else|try|except|raise|return|print|log\w{0,10}|assert|def|class|import|from|with|for|while|yield|await|async|pass)\b)/;

/** Sentences that tell what may happen, and what to do then. */
const SENTENCE =
  /^(?:if|when|whenever|in case|to|you|we|this|that|these|see|note|notice|tip|hint|usage|examples?|e\.g\.|how|what|why|avoid\w{0,3}|prevent\w{0,3}|handl\w{1,3}|check\w{0,3}|set|use|using|should|may|might|could|would|please|otherwise|common|possible|known|supports?|caught|catch\w{0,3}|test\w{0,3}|troubleshoot\w{0,3}|simulat\w{1,4}|expected|help|default|description|options|errors?)\b(?!:)/i;

/** Exceptions in help and docstrings: what they would say. */
const DESCRIBED =
  /^[\w.]{1,80}: (?:if|when|raised|is raised|in case|on|for|whenever|occurs|thrown|indicates|means)\b/i;

/** What somebody has seen to. */
const SEEN_TO = new RegExp(
  [
    String.raw`\b(?:${GOES_ON}|^caught|(?:was|is|are|been|were) caught)\b`,
    String.raw`\bcaught (?:an? |the )?\w{0,40}(?:error|exception|oom)\b`,
    String.raw`\b(?:handled|non-fatal|not fatal|harmless|attempt \d{1,4}|may occur|can occur|would be)\b`,
    String.raw`\berrors? (?:is|are|can|may|will|might|happen)\b`,
    String.raw`[,;.:–—-] (?:so |we are |now )?(?:running|training|working|computing) on (?:the )?cpu\b`,
    String.raw`\b(?:optimi[sz]ations|features|extensions|(?:some|fused|custom) kernels|telemetry|tracking)\b.{0,40}\b(?:disabled|unavailable|not (?:be )?(?:enabled|available|used)|won't be)\b`,
    String.raw`Warning\b|^warn`,
  ].join('|'),
  'i',
);

/** "OutOfMemoryError count: 0", "ValueErrors = 3". All that is said of a missing key may be a number. */
const COUNTED =
  /^(?!KeyError\b|SystemExit\b)[\w.\- ]{1,80}(?:\b(?:count|total|number|rate)s?|(?:Error|Exception|Failed|Timeout)s?)\)?\s{0,2}[:=]\s{0,2}\d[\d.,]{0,20}%?$|^(?:number|count|total|rate) of [\w. ]{1,80}[:=]\s{0,2}\d[\d.,]{0,20}%?$/i;

function isHarmless({ text: indented, level }: Line): boolean {
  const text = indented.trim();
  if (level !== undefined && level !== 'error') return true;
  const isError = level === 'error' || ERROR.test(text);
  if (CODE.test(text) || SEEN_TO.test(text) || COUNTED.test(text)) return true;
  return !isError && (SENTENCE.test(text) || DESCRIBED.test(text));
}

/** A traceback that somebody logs under a warning of theirs, or that Python itself ignores, was caught. */
const isToldOnly = (before: Known, { level }: Line): boolean =>
  before.reader.isToldOnly || (level !== undefined && level !== 'error');

const TOLD_ONLY = /^(?:Exception ignored in|--- Logging error ---|Error in atexit)/;

const OF_FAILURE =
  /\b(?:fail\w{0,3}|errors?|exceptions?|could ?n[o']t|unable|caught|retry\w{0,3}|skipp\w{1,3}|ignor\w{1,3})\b/i;

/** What a run says of itself ends what was said before. */
export function withNothingTold(before: Known): Known {
  const { printed, ...reader } = before.reader;
  const isTold = reader.isToldOnly || printed !== undefined;
  return isTold ? { ...before, reader: { ...reader, isToldOnly: false } } : before;
}

function withToldOnly(before: Known, { text, level }: Line): Known {
  const isLow = level !== undefined && level !== 'error';
  const isTold = (isLow && OF_FAILURE.test(text)) || TOLD_ONLY.test(text) || SEEN_TO.test(text);
  return before.reader.isToldOnly === isTold
    ? before
    : { ...before, reader: { ...before.reader, isToldOnly: isTold } };
}

function withTrace(before: Known, trace: Trace | undefined): Known {
  const { trace: _, printed: _printed, ...reader } = before.reader;
  return { ...before, reader: { ...reader, isToldOnly: false, ...(trace ? { trace } : {}) } };
}

/** What only follows from another failure never hides it. */
function withFailure(
  before: Known,
  { failure, advice, isConsequence }: Pick<Failure, 'failure' | 'advice' | 'isConsequence'>,
): Known {
  const { failed } = before.reader;
  if (isConsequence && failed !== undefined && failed !== 'consequence') return before;
  const kind = isConsequence ? 'consequence' : 'error';
  return { ...before, failure, advice, reader: { ...before.reader, failed: kind } };
}
