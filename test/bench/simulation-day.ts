import { slackRates } from '../../adapters/slack/limits.ts';
import { Chance } from '../chaos/random.ts';

/** What a day is made up from. None of it is measured: whoever knows better changes it here. */
export const ASSUMED = {
  seed: 7,
  /** People who ask something on a day, of all; and how much each of them asks. */
  shareWhoAskADay: 0.1,
  requestsAPerson: 4,
  /**
   * The share of a day's requests in each hour, by the clock of the place: two humps, and a little at night.
   */
  hours: [
    0.004, 0.003, 0.002, 0.002, 0.003, 0.006, 0.012, 0.03, 0.07, 0.105, 0.115, 0.1, 0.06, 0.08, 0.11, 0.105,
    0.08, 0.05, 0.025, 0.013, 0.01, 0.007, 0.005, 0.003,
  ],
  /** Calls of the model for a request, on average; how many follow is drawn anew after each. */
  stepsARequest: 6,
  tokensAStep: 400,
  tokensASecond: 60,
  toolSecondsAStep: 3,
  /** Requests of which something waits for a decision, for how long (median), and how many never get one. */
  shareThatAsksForApproval: 0.3,
  approvalMinutes: 5,
  shareForgotten: 0.1,
  /** Of what is approved, how much is a job, how long one runs (median), and how often its card moves. */
  shareOfJobs: 0.6,
  jobMinutes: 40,
  minutesAJobEdit: 10,
  /** What a request makes of new messages, a step and a decision of edits that matter. */
  postsARequest: 3,
  editsAStep: 0.5,
  editsADecision: 3,
  /** While a turn runs, its thread would like to move so often. */
  secondsAProgress: 3,
  /** How full a process, or a core, is to be at the busiest. */
  fullness: 0.6,
} as const;

/** Who asks: workspaces of so many people, each so many hours ahead of UTC. */
export type Scenario = {
  name: string;
  assumes: string;
  workspaces(chance: Chance): { people: number; zone: number }[];
};

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a company of 10,000 people',
    assumes: 'one Slack workspace, all in one time zone.',
    workspaces: () => [{ people: 10_000, zone: 0 }],
  },
  {
    name: 'an offering for 1,000 workspaces',
    assumes:
      'Slack workspaces of 40 people at the median (log-normal, most of 10,000), a third each at UTC−8, UTC+1 and UTC+8.',
    workspaces: (chance) =>
      Array.from({ length: 1_000 }, () => ({
        people: Math.min(10_000, Math.ceil(logNormal(chance, 40, 1.2))),
        zone: chance.pick([-8, 1, 8]),
      })),
  },
];

const MINUTES = 24 * 60;

/** What the bot takes of Slack's 50 `chat.update` a minute and workspace. */
export const EDITS_A_MINUTE = slackRates(1).edit.perMinute;

/** What happened in one minute of the day, over all workspaces. */
export type Minute = {
  requests: number;
  steps: number;
  /** Turns under way: each waits for its model or for a tool. */
  turns: number;
  parked: number;
  jobs: number;
  /** New messages and edits that matter, and edits of progress that people would like to see. */
  posts: number;
  edits: number;
  progress: number;
  /** Edits of progress that Slack's limits leave room for. */
  shown: number;
};

export type Day = {
  workspaces: number;
  minutes: Minute[];
  requests: number;
  steps: number;
  tokens: number;
  /** The busiest minute of any workspace, by edits wanted; in how many one wanted more than Slack takes. */
  busiest: { matter: number; progress: number; fullMinutes: number };
};

/** A day, minute by minute, in every workspace; the same for the same seed. */
export function dayOf(scenario: Scenario, seed: number): Day {
  const chance = new Chance(seed);
  const minutes: Minute[] = Array.from({ length: MINUTES }, () => ({
    requests: 0,
    steps: 0,
    turns: 0,
    parked: 0,
    jobs: 0,
    posts: 0,
    edits: 0,
    progress: 0,
    shown: 0,
  }));
  const busiest = { matter: 0, progress: 0, fullMinutes: 0 };
  let [requests, steps] = [0, 0];
  const workspaces = scenario.workspaces(chance);
  for (const { people, zone } of workspaces) {
    const edits = new Float64Array(MINUTES);
    const progress = new Float64Array(MINUTES);
    const aDay = people * ASSUMED.shareWhoAskADay * ASSUMED.requestsAPerson;
    for (let minute = 0; minute < MINUTES; minute++) {
      const hour = Math.floor(minute / 60 + zone + 24) % 24;
      const expected = (aDay * (ASSUMED.hours[hour] ?? 0)) / 60;
      for (let left = poisson(chance, expected); left > 0; left--) {
        requests++;
        steps += happen({ minutes, edits, progress }, minute, chance);
      }
    }
    for (let minute = 0; minute < MINUTES; minute++) {
      const [matter = 0, moves = 0] = [edits[minute], progress[minute]];
      if (matter + moves > busiest.matter + busiest.progress)
        Object.assign(busiest, { matter, progress: moves });
      const one = minutes[minute];
      if (one !== undefined) one.shown += Math.min(moves, Math.max(0, EDITS_A_MINUTE - matter));
      if (matter + moves > EDITS_A_MINUTE) busiest.fullMinutes++;
    }
  }
  return {
    workspaces: workspaces.length,
    minutes,
    requests,
    steps,
    tokens: steps * ASSUMED.tokensAStep,
    busiest,
  };
}

type Places = { minutes: Minute[]; edits: Float64Array; progress: Float64Array };

/** One request, from when it is asked to when all of it has ended; returns its steps. */
function happen({ minutes, edits, progress }: Places, at: number, chance: Chance): number {
  const count = geometric(chance, ASSUMED.stepsARequest);
  const stepMinutes = (ASSUMED.tokensAStep / ASSUMED.tokensASecond + ASSUMED.toolSecondsAStep) / 60;
  const now = minutes[at];
  if (now !== undefined) {
    now.requests++;
    now.posts += ASSUMED.postsARequest;
  }
  const runs = (from: number, forMinutes: number, key: 'turns' | 'parked' | 'jobs') => {
    for (let minute = from; minute < Math.min(MINUTES, from + forMinutes); minute++) {
      const share = Math.min(1, from + forMinutes - minute);
      const one = minutes[Math.floor(minute)];
      if (one !== undefined) one[key] += share;
    }
  };
  const moves = (into: Float64Array, key: 'edits' | 'progress', minute: number, number: number) => {
    const whole = Math.floor(minute);
    const one = minutes[whole];
    if (one === undefined) return;
    one[key] += number;
    into[whole] = (into[whole] ?? 0) + number;
  };
  runs(at, count * stepMinutes, 'turns');
  for (let step = 0; step < count; step++) {
    const minute = at + step * stepMinutes;
    const one = minutes[Math.floor(minute)];
    if (one !== undefined) one.steps++;
    moves(edits, 'edits', minute, ASSUMED.editsAStep);
    moves(progress, 'progress', minute, (stepMinutes * 60) / ASSUMED.secondsAProgress);
  }
  const ended = at + count * stepMinutes;
  if (!chance.is(ASSUMED.shareThatAsksForApproval)) return count;
  const waits = chance.is(ASSUMED.shareForgotten) ? MINUTES : logNormal(chance, ASSUMED.approvalMinutes, 1.2);
  runs(ended, waits, 'parked');
  moves(edits, 'edits', ended + waits, ASSUMED.editsADecision);
  if (!chance.is(ASSUMED.shareOfJobs)) return count;
  const runsFor = logNormal(chance, ASSUMED.jobMinutes, 1);
  runs(ended + waits, runsFor, 'parked');
  runs(ended + waits, runsFor, 'jobs');
  for (let minute = ended + waits; minute < ended + waits + runsFor; minute += ASSUMED.minutesAJobEdit)
    moves(progress, 'progress', minute, 1);
  return count;
}

/** How often something happens that is expected so often: Knuth's way, for small numbers. */
function poisson(chance: Chance, expected: number): number {
  const least = Math.exp(-expected);
  let count = -1;
  for (let product = 1; product > least; count++) product *= chance.next();
  return count;
}

/** At least 1, and as likely to go on after each. */
const geometric = (chance: Chance, mean: number): number =>
  1 + Math.floor(Math.log(1 - chance.next()) / Math.log(1 - 1 / mean));

/**
 * Half are less than the median; two of three lie within the median divided and multiplied by e to `sigma`.
 */
function logNormal(chance: Chance, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next());
  return median * Math.exp(sigma * normal);
}
