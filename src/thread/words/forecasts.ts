import { dollars } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { counted } from '../../lib/numbers.ts';
import type { Forecast } from '../../session/progress/forecast.ts';

/* What is to be expected of a job that runs. */

/** How far it is, how long it takes yet and what it will have cost. */
export const forecastText = ({ shareDone, secondsLeft, usdAtEnd, cutOffAtShare }: Forecast): string =>
  [
    `${percent(shareDone)} done`,
    `about ${roughly(secondsLeft)} left`,
    // Cut off, it costs what its limit allows, and that stands on its card.
    ...(usdAtEnd === undefined || cutOffAtShare !== undefined
      ? []
      : [`about ${dollars(usdAtEnd)} at the end`]),
  ].join(' · ');

/** That its time limit will end a job before it is through; undefined where it will not. */
export function cutOffText(
  { secondsLeft, cutOffAtShare, cutOffAtStep }: Forecast,
  { elapsedSeconds, timeoutSeconds }: { elapsedSeconds: number; timeoutSeconds: number },
): string | undefined {
  if (cutOffAtShare === undefined) return undefined;
  const step = cutOffAtStep === undefined ? '' : `, step ${counted(cutOffAtStep)}`;
  const needs = roughly(elapsedSeconds + secondsLeft);
  return `Its time limit of ${durationText(timeoutSeconds)} will cut it off at ${percent(cutOffAtShare)}${step}: it needs about ${needs}.`;
}

export const percent = (share: number): string => `${Math.floor(share * 100)} %`;

/** How long it takes yet, or that its time limit will end it before. */
export const leftText = ({ secondsLeft, cutOffAtShare }: Forecast): string =>
  cutOffAtShare === undefined ? `about ${roughly(secondsLeft)} left` : `cut off at ${percent(cutOffAtShare)}`;

/** To the minute: a forecast knows no better. */
const roughly = (seconds: number): string =>
  durationText(seconds < 120 ? seconds : Math.round(seconds / 60) * 60);
