import { describe, expect, test } from 'vitest';
import { digestOf } from '../../src/session/digest.ts';
import type { Forecast } from '../../src/session/progress/forecast.ts';
import { jobCard } from '../../src/thread/view/cards.ts';
import { jobForecast, type Style } from '../../src/thread/view/words.ts';
import { digestText } from '../../src/thread/words/digests.ts';
import { cutOffText, forecastText } from '../../src/thread/words/forecasts.ts';
import { at, watch } from '../support/snapshots.ts';

const same = (text: string) => text;
const STYLE = { plain: same, bold: (text: string) => `*${text}*` } as Style;

const HALF: Forecast = { shareDone: 0.625, secondsLeft: 1_470, endsAt: at(4_000), usdAtEnd: 1.105 };

/** A job whose log tells that half of 1,000 steps take 500 seconds. */
const training = (timeoutSeconds: number) =>
  watch({
    name: 'IMDB baseline',
    hourlyUsd: 3.6,
    timeoutSeconds,
    lookedAt: at(800),
    snapshot: {
      stage: 'RUNNING',
      startedAt: at(0),
      progress: {
        ...{ step: 500, steps: 1_000, losses: [], stride: 1, seen: 0, metrics: {} },
        ...{ alerts: [], links: [], tail: [] },
      },
      pace: {
        reports: [0, 0.25, 0.5].map((share) => ({ at: at(300 + share * 1_000).getTime(), share })),
        ...{ gaps: [10_000], longestGap: 0, isElsewhere: false, losses: [], isNewEpoch: false },
      },
    },
  });

describe('a forecast says', () => {
  test('how much is done, how long it takes yet, and the cost at the end, to what it can know', () => {
    expect(forecastText(HALF)).toBe('62 % done · about 25 min left · about $1.11 at the end');
  });

  test('where the time limit will end a job, and what it would need', () => {
    const forecast = { ...HALF, cutOffAtShare: 0.831, cutOffAtStep: 8_310 };
    expect(cutOffText(forecast, { elapsedSeconds: 2_400, timeoutSeconds: 3_600 })).toBe(
      'Its time limit of 1 h will cut it off at 83 %, step 8,310: it needs about 1 h 5 min.',
    );
    expect(forecastText(forecast)).not.toContain('at the end');
    expect(cutOffText(HALF, { elapsedSeconds: 0, timeoutSeconds: 1 })).toBeUndefined();
  });
});

test('a job’s card tells it, with a warning where it will be cut off', () => {
  expect(jobForecast(jobCard(training(3_600)), STYLE)).toBe(
    '50 % done · about 8 min left · about $1.30 at the end',
  );
  const [, warning] = jobForecast(jobCard(training(920)), STYLE).split('\n');
  expect(warning).toBe(
    '⚠️ *Its time limit of 15 min 20 s will cut it off at 62 %, step 620: it needs about 22 min.*',
  );
});

test('a job’s card tells nothing where its log does not', () => {
  const job = training(3_600);
  expect(jobForecast(jobCard({ ...job, snapshot: { stage: 'RUNNING', startedAt: at(0) } }), STYLE)).toBe('');
});

test('pings tell it, too', () => {
  const runs = [{ watch: training(3_600), requester: { id: 'U0ADA', name: 'Ada' } }];
  const digest = digestOf({ runs, waiting: [], modelUsd: 0, since: at(0), at: at(800) });
  const { text, tables } = digestText(digest, 'every', 'UTC');
  expect(text).toBe('⏰ IMDB baseline is running (50 %); $0.80 since Thu 12:00 UTC.');
  expect(JSON.stringify(tables)).toContain('about 8 min left');
});
