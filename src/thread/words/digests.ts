import { cut } from '../../lib/cut.ts';
import { dollars, dollarsAtMost } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { literal } from '../../lib/markdown/common-mark.ts';
import { figure as figureText } from '../../lib/numbers.ts';
import { onOneLine } from '../../lib/output.ts';
import { dayAndTime, dayText, type SaidTime, zoneText } from '../../lib/time-zones.ts';
import type { Alarm } from '../../session/alarms.ts';
import { deciderNames, either, isDecider } from '../../session/deciders.ts';
import { type Digest, type DigestRun, isEmpty, type Need } from '../../session/digest.ts';
import { valueText } from '../../session/experiments/metrics.ts';
import { forecastOf } from '../../session/progress/forecast.ts';
import { headlineFigure } from '../../session/progress/headline.ts';
import { stepText } from '../../session/progress.ts';
import { cell, figure, type Table } from '../../session/tables.ts';
import { costSoFar, durationOf, isCutOff, type Watch } from '../../session/watches.ts';
import { runName } from './experiments.ts';
import { leftText, percent } from './forecasts.ts';
import { stageText } from './stages.ts';

/*
 * What people are told of the runs of a thread or a channel, now and then: a sentence that a phone shows
 * whole, and tables by what needs attention.
 */

/** A ping every so often, a note once a day, or one once a week. */
export type DigestKind = 'every' | 'daily' | 'weekly';

type Told = { text: string; tables: Table[]; times: SaidTime[] };

/**
 * Times are told in `timeZone`, which is named. `reader` (platform id) is whom it is for; where it is for all
 * of a thread, nobody is told that something needs them.
 */
export function digestText(digest: Digest, kind: DigestKind, timeZone: string, reader?: string): Told {
  const { since, at, usd } = digest;
  const opening = openingOf(kind, at, timeZone);
  const from = dayText(since, at, timeZone);
  const times = [{ words: from, at: since }];
  if (isEmpty(digest)) {
    const nothing =
      kind === 'every'
        ? 'No job is running.'
        : `nothing needs you, and no job runs or has ended since ${from}.`;
    return { text: `${opening}${nothing}`, tables: [], times };
  }
  const spent = usd > 0 ? dollars(usd) : 'no cost';
  const ended = usd > 0 || kind !== 'every' ? `; ${spent} since ${from}` : '';
  const sentence = (parts: readonly string[]) => `${opening}${parts.join(', ')}${ended}.`;
  const waiting = { ...digest, ...partsOf(digest, reader) };
  const named = sentence(groupsIn(waiting, true));
  const text = named.length <= SENTENCE ? named : sentence(groupsIn(waiting, false));
  return { text, tables: tablesOf(waiting, timeZone), times };
}

/** What waits: for the reader, and for others. */
type Waiting = { yours: readonly Need[]; others: readonly Need[] };

function partsOf({ needs }: Digest, reader: string | undefined): Waiting {
  const isYours = ({ deciders, requester }: Need) =>
    reader !== undefined &&
    (deciders === undefined ? requester.id === reader : isDecider(deciders, requester, reader));
  return { yours: needs.filter(isYours), others: needs.filter((need) => !isYours(need)) };
}

/** Who has to act. */
const actorsOf = ({ deciders, requester }: Need): string =>
  deciders === undefined ? requester.name : either(deciderNames(deciders, requester));

/** Characters that a phone shows of a notification. */
const SENTENCE = 150;

function openingOf(kind: DigestKind, at: Date, timeZone: string): string {
  if (kind === 'every') return '⏰ ';
  if (kind === 'weekly') return '🗓️ Weekly note: ';
  const hour = Number(dayAndTime(at, timeZone).split(' ')[1]?.split(':')[0]);
  return hour < 12 ? '☀️ Morning note: ' : '🗓️ Daily note: ';
}

/** What there is, the most urgent first. `isNamed`: a single run of a group is called by its name. */
function groupsIn(
  { yours, others, failed, finished, running }: Digest & Waiting,
  isNamed: boolean,
): string[] {
  const nameOf = ([run, ...others]: readonly DigestRun[]) =>
    isNamed && others.length === 0 && run?.watch.name !== undefined ? run.watch : undefined;
  let isFirst = true;
  const jobs = (count: number) => {
    const noun = isFirst ? (count === 1 ? ' job' : ' jobs') : '';
    isFirst = false;
    return `${count}${noun}`;
  };
  const group = (
    runs: readonly DigestRun[],
    one: (watch: Watch) => string,
    [single, several]: [string, string],
  ) => {
    const named = nameOf(runs);
    if (named !== undefined) return [`${literal(runName(named))} ${one(named)}`];
    return runs.length === 0 ? [] : [`${jobs(runs.length)} ${runs.length === 1 ? single : several}`];
  };
  return [
    ...(yours.length === 0
      ? []
      : [`${yours.length} ${yours.length === 1 ? 'thing needs' : 'things need'} you`]),
    ...waitingText(others, yours.length === 0),
    ...group(failed, () => 'failed', ['failed', 'failed']),
    ...group(finished, doneText, ['is done', 'are done']),
    ...group(running, runningText, ['is running', 'are running']),
  ];
}

/** How much waits for whom; of many people not by their names. */
function waitingText(others: readonly Need[], isFirst: boolean): string[] {
  const byName = Map.groupBy(others, actorsOf);
  const isShort = byName.size <= MOST_NAMED && [...byName.keys()].join().length <= NAMED;
  const groups: [string, number][] = isShort
    ? [...byName].map(([name, needs]) => [literal(name), needs.length])
    : [['others', others.length]];
  return groups.map(([name, count], i) => {
    const noun = isFirst && i === 0 ? (count === 1 ? ' thing' : ' things') : '';
    return `${count}${noun} ${count === 1 ? 'waits' : 'wait'} for ${name}`;
  });
}

const MOST_NAMED = 2;
const NAMED = 60;

function doneText({ snapshot }: Watch): string {
  if (snapshot.stage !== 'COMPLETED') return `was ${stageText(snapshot)}`;
  const best = snapshot.progress && headlineFigure(snapshot.progress);
  return `is done${best ? ` (${literal(best.name)} ${figureText(best.value)})` : ''}`;
}

function runningText(watch: Watch): string {
  const forecast = forecastOf(watch, watch.lookedAt);
  return `is ${stageText(watch.snapshot)}${forecast ? ` (${percent(forecast.shareDone)})` : ''}`;
}

const NAME = 80;
const WHY = 120;

function tablesOf(
  { yours, others, failed, finished, running, at }: Digest & Waiting,
  timeZone: string,
): Table[] {
  const tables = [
    needsTable('Needs you', yours, at),
    needsTable(yours.length > 0 ? 'Waits for others' : 'Waits', others, at),
    endedTable('Failed', 'Why', failed, (watch) => cell(whyText(watch))),
    endedTable('Finished', 'Result', finished, (watch) => cell(resultText(watch))),
    runningTable(running, timeZone),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/*
 * The first column is called by the group: Slack may show no caption. What stands aside has to speak for
 * itself, because a phone shows it on a line of its own.
 */

const needsTable = (caption: string, needs: readonly Need[], at: Date): Table => ({
  caption,
  columns: [
    { title: caption },
    { title: 'What' },
    { title: 'Who acts', isAside: true, label: 'waits for' },
    { title: 'For', isAside: true, label: 'for' },
    { title: 'Asked by', isAside: true },
  ],
  rows: needs.map((need) => [
    cell(cut(onOneLine(need.name), NAME)),
    cell(needText(need)),
    cell(cut(actorsOf(need), 80)),
    cell(durationText(Math.max(0, at.getTime() - need.since.getTime()) / 1000)),
    cell(cut(need.requester.name, 40)),
  ]),
});

function needText(need: Need): string {
  switch (need.kind) {
    case 'approval':
      return need.usd ? `approve ${dollarsAtMost(need.usd)}` : 'approve';
    case 'question':
      return 'answer';
    case 'stopped':
      return 'has stopped';
    case 'alarm':
      return ALARMS[need.cause];
    default:
      return need satisfies never;
  }
}

/** In so few characters as a phone has for a column. */
const ALARMS: Readonly<Record<Alarm['cause'], string>> = {
  loss_not_finite: 'loss is broken',
  loss_jumped: 'loss jumped',
  out_of_memory: 'out of memory',
  disk_full: 'disk is full',
  stalled: 'no progress',
  cut_off: 'time too short',
};

function endedTable(
  caption: string,
  what: string,
  runs: readonly DigestRun[],
  told: (watch: Watch) => Table['rows'][number][number],
): Table {
  return {
    caption,
    columns: [
      { title: caption },
      { title: what, isAside: true },
      { title: 'Cost' },
      { title: 'Ran', isAside: true },
      { title: 'Asked by', isAside: true },
    ],
    rows: runs.map(({ watch, requester }) => [
      cell(runName(watch), watch.url),
      told(watch),
      figure(costSoFar(watch), dollars),
      figure(durationOf(watch), durationText),
      cell(cut(requester.name, 40)),
    ]),
  };
}

/** Why a run failed, and how far it had come. */
function whyText(watch: Watch): string {
  const { progress, message, stop, stage } = watch.snapshot;
  const step = stepText(progress ?? {});
  const at = step === '' ? '' : `, at ${step}`;
  if (stop !== undefined && stage === 'CANCELED') return `stopped by its rules${at}`;
  if (isCutOff(watch)) return `time limit of ${durationText(watch.timeoutSeconds)}${at}`;
  const why = progress?.failure ?? message ?? stageText(watch.snapshot);
  return `${cut(onOneLine(why.replace(/\.$/, '')), WHY)}${at}`;
}

function resultText({ snapshot }: Watch): string | undefined {
  if (snapshot.stage !== 'COMPLETED') return stageText(snapshot);
  const best = snapshot.progress && headlineFigure(snapshot.progress);
  return best ? `${cut(best.name, 40)} ${valueText(best.value)}` : snapshot.pushed?.[0];
}

const runningTable = (runs: readonly DigestRun[], timeZone: string): Table => ({
  caption: 'Running',
  columns: [
    { title: 'Running' },
    { title: 'How far' },
    { title: 'Left', isAside: true },
    { title: `Through (${zoneText(timeZone)})`, isAside: true, label: 'through' },
    { title: 'Metric', isAside: true },
    { title: 'Cost', isAside: true },
    { title: 'Cost at the end', isAside: true, label: 'at the end' },
    { title: 'Ran', isAside: true, label: 'ran' },
    { title: 'Hardware', isAside: true },
  ],
  rows: runs.map(({ watch }) => {
    const forecast = forecastOf(watch, watch.lookedAt);
    const best = watch.snapshot.progress && headlineFigure(watch.snapshot.progress);
    const seconds = durationOf(watch);
    const limit = durationText(watch.timeoutSeconds);
    const howFar = forecast ? percent(forecast.shareDone) : stepShare(watch) || stageText(watch.snapshot);
    return [
      cell(runName(watch), watch.url),
      cell(howFar),
      cell(forecast && leftText(forecast)),
      cell(forecast && dayAndTime(forecast.endsAt, timeZone)),
      cell(best && `${cut(best.name, 40)} ${valueText(best.value)}`),
      figure(costSoFar(watch), dollars),
      figure(forecast?.usdAtEnd, dollars),
      seconds === undefined
        ? cell('not started')
        : { text: `${durationText(seconds)} of ${limit}`, value: seconds },
      cell(cut(watch.flavor, 40)),
    ];
  }),
});

/** How far it is by its steps, as a share where it is known of how many. */
function stepShare({ snapshot: { progress } }: Watch): string {
  const { step, steps } = progress ?? {};
  const isShare = step !== undefined && steps !== undefined && steps > 0 && step <= steps;
  return isShare ? percent(step / steps) : stepText({ step, steps });
}
