import { Database, Durability } from '../../src/config/sections/running.ts';
import type { Bench, Found } from './bench.ts';
import { ASSUMED, type Day, dayOf, EDITS_A_MINUTE, type Minute, SCENARIOS } from './simulation-day.ts';
import { knownCosts } from './unit-costs.ts';

const PARTS = ['chat', 'worker', 'Postgres', 'Redis'] as const;
type Part = (typeof PARTS)[number];

/** For the record, and one for renewals: docs/OPERATIONS.md. */
const CONNECTIONS = Database.parse({}).connections + 1;
const TURNS_A_WORKER = Durability.parse({}).worker_concurrency;

type Needs = {
  cores: Record<Part, number>;
  chats: number;
  workers: number;
  megabytes: number;
  /** How full everything is at the busiest that can be full, the fullest first. */
  fullest: { name: string; share: number }[];
};

const mostOf = (day: Day, key: keyof Minute): number => Math.max(...day.minutes.map((minute) => minute[key]));

const busiestOf = (day: Day): Minute => day.minutes.reduce((a, b) => (b.steps > a.steps ? b : a));

/** What a day needs at its busiest. */
function needsOf(day: Day): Needs {
  const cost = knownCosts();
  const peak = busiestOf(day);
  const further = (steps: number, requests: number) => Math.max(0, steps - requests);
  const coresOf = (part: Part): number => {
    const ms =
      peak.requests * cost(`answer: ${part} ms`) +
      further(peak.steps, peak.requests) * cost(`step: ${part} ms`) +
      peak.shown * cost(`edit: ${part} ms`) +
      mostOf(day, 'jobs') * cost(`job: ${part} ms a second`) * 60;
    return ms / 60_000;
  };
  const [chat, worker, postgres, redis] = [
    coresOf('chat'),
    coresOf('worker'),
    coresOf('Postgres'),
    coresOf('Redis'),
  ];
  const turns = mostOf(day, 'turns');
  const workers = atLeastTwo(Math.max(worker, turns / TURNS_A_WORKER) / ASSUMED.fullness);
  const chats = atLeastTwo(chat / ASSUMED.fullness);
  const { matter, progress } = day.busiest;
  const fullest = [
    { name: 'chat processes', share: chat / chats },
    { name: 'worker processes', share: worker / workers },
    { name: 'turns that workers may have at once', share: turns / (workers * TURNS_A_WORKER) },
    { name: 'one core of Postgres', share: postgres },
    { name: 'the one core of Redis', share: redis },
    { name: 'edits of the busiest workspace', share: (matter + progress) / EDITS_A_MINUTE },
  ];
  const bytes = day.requests * cost('answer: bytes') + further(day.steps, day.requests) * cost('step: bytes');
  return {
    cores: { chat, worker, Postgres: postgres, Redis: redis },
    chats,
    workers,
    megabytes: bytes / 1e6,
    fullest: fullest.toSorted((a, b) => b.share - a.share),
  };
}

/** One may be replaced while the other goes on. */
const atLeastTwo = (processes: number): number => Math.max(2, Math.ceil(processes));

const whole = (...numbers: readonly number[]): string =>
  numbers.map((number) => Math.round(number).toLocaleString('en-US')).join('; ');

function rowsOf(day: Day, needs: Needs): [string, string][] {
  const peak = busiestOf(day);
  const { matter, progress, fullMinutes } = day.busiest;
  return [
    ['workspaces', whole(day.workspaces)],
    ['a day: requests; steps', whole(day.requests, day.steps)],
    ['a day: million tokens that models write', whole(day.tokens / 1e6)],
    ['busiest minute: requests; steps', whole(peak.requests, peak.steps)],
    ['busiest minute: tokens a second', whole((peak.steps * ASSUMED.tokensAStep) / 60)],
    [
      'at once, at most: turns; parked sessions; jobs',
      whole(mostOf(day, 'turns'), mostOf(day, 'parked'), mostOf(day, 'jobs')),
    ],
    [
      `cores at the busiest: ${PARTS.join('; ')}`,
      PARTS.map((part) => needs.cores[part].toFixed(2)).join('; '),
    ],
    ['processes: chat; worker', whole(needs.chats, needs.workers)],
    ['connections to Postgres, at most', whole((needs.chats + needs.workers) * CONNECTIONS)],
    ['MB of the record a day', whole(needs.megabytes)],
    ['busiest minute of a workspace: edits that matter; of progress', whole(matter, progress)],
    [`minutes in which a workspace wants more than ${EDITS_A_MINUTE} edits`, whole(fullMinutes)],
    ['how full', needs.fullest.map(({ name, share }) => `${name} ${(share * 100).toFixed(0)} %`).join('; ')],
  ];
}

async function run(): Promise<Found> {
  const days = SCENARIOS.map((scenario) => dayOf(scenario, ASSUMED.seed));
  const needs = days.map(needsOf);
  const all = days.map((day, i) => rowsOf(day, needs[i] ?? needsOf(day)));
  const names = all[0]?.map(([name]) => name) ?? [];
  return {
    columns: ['', ...SCENARIOS.map(({ name }) => name)],
    rows: names.map((name, i) => [name, ...all.map((rows) => rows[i]?.[1] ?? '')]),
    notes: [
      ...SCENARIOS.map(({ name, assumes }, i) => {
        const [first] = needs[i]?.fullest ?? [];
        return `First to be full for ${name}: ${first?.name}. Assumed of it: ${assumes}`;
      }),
      `Assumed of all: ${Object.entries(ASSUMED)
        .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
        .join('; ')}.`,
    ],
    faults: [],
  };
}

export const simulation: Bench = {
  name: 'simulation',
  measures:
    'What a day would take of a company of 10,000 people, and of an offering for 1,000 workspaces: a day is made up minute by minute from what is assumed (all of it is printed; the same seed makes the same day), and multiplied by what `scale` and `parked` have measured of one answer, one step more, one edit and one watched job (`test/bench/unit-costs.json`).',
  run,
};
