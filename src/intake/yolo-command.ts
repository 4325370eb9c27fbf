import type { Offer } from '../session/transcript.ts';
import { NO_SUM, runsWithoutAsking, sumTooLarge } from '../thread/words/intake.ts';
import type { Bare } from './bare-words.ts';

/** What is said of auto-approval: how much may be spent without asking. */
export type YoloSetting = 'on' | 'off' | 'show' | { usd: number };

/**
 * `yolo` and what follows it. A sum is money only with its currency: "yolo 11" is the name of a model as
 * well, so it sets nothing, and is offered.
 */
export type YoloCommand =
  | { kind: 'yolo'; setting: YoloSetting }
  | { kind: 'wrong'; problem: string }
  | { kind: 'near'; offer: Offer };

/** Nobody means to spend more than that in a thread or a channel. */
export const MOST_USD = 100_000;

const YOLO = new RegExp(
  [
    String.raw`^yolo:?(?:\s(?<word>on|off)|\s(?<before>\$|us\$|usd|€|eur)?\s?`,
    String.raw`(?<amount>\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<strange>\d+,\d\d?))`,
    String.raw`\s?(?<behind>\$|usd|us dollars?|dollars?|bucks?|€|eur|euros?)?)?$`,
  ].join(''),
  'i',
);

/** The command that a message beginning with "yolo" is; undefined where it is none. */
export function yoloCommandOf({ said, isAsked }: Bare): YoloCommand | undefined {
  const found = YOLO.exec(said)?.groups;
  if (found === undefined) return undefined;
  const { word = '', before = '', amount, strange, behind = '' } = found;
  if (word.toLowerCase() === 'off') return { kind: 'yolo', setting: 'off' };
  if (word !== '' && isAsked) return { kind: 'near', offer: offerOf('yolo on', undefined) };
  if (amount === undefined) return { kind: 'yolo', setting: word === '' ? 'show' : 'on' };
  if (strange !== undefined || /€|eur/i.test(before + behind)) return { kind: 'wrong', problem: NO_SUM };
  const usd = Number(amount.replaceAll(',', ''));
  if (usd > MOST_USD) return { kind: 'wrong', problem: sumTooLarge(MOST_USD) };
  if (usd === 0) return { kind: 'yolo', setting: 'off' };
  if (before + behind !== '' && !isAsked) return { kind: 'yolo', setting: { usd } };
  const written = amount.length <= SAID_CHARACTERS ? amount.replaceAll(',', '') : usd.toFixed(2);
  return { kind: 'near', offer: offerOf(`yolo $${written}`, usd) };
}

const SAID_CHARACTERS = 12;

const offerOf = (text: string, mostUsd: number | undefined): Offer => ({
  text,
  label: runsWithoutAsking(mostUsd),
});
