import type { SessionsOverview } from '../reports/sessions-overview.ts';
import type { ThreadAddress } from '../session/address.ts';
import { stepsOf } from '../thread/view/status.ts';
import { timelineLine } from '../thread/view/words.ts';
import { NO_SESSION_YET } from '../thread/words/intake.ts';
import { moreSteps, NO_STEPS, stepsTitle } from '../thread/words/pages.ts';
import { type Card, type CardPart, words } from './cards.ts';
import type { Traits } from './traits.ts';

/** Characters of one part of a card: a section of Slack's takes 3,000. */
const PART = 2_500;
/** Of all parts together: Slack takes 13,000 in a message. */
const MOST = 10_000;

/** All that was done for a request, for whoever asks alone; where that is too much, the newest of it. */
export async function stepsCard(
  { sessions, traits }: { sessions: Pick<SessionsOverview, 'whole'>; traits: Traits },
  address: ThreadAddress | undefined,
  exchange: number,
): Promise<Card> {
  const snapshot = address && (await sessions.whole(address));
  if (snapshot === undefined) return words(NO_SESSION_YET);
  const lines = stepsOf(snapshot, { number: exchange }).map((line) => timelineLine(line, traits.style));
  if (lines.length === 0) return words(NO_STEPS);
  const shown = newest(lines);
  const isWhole = shown.length === lines.length;
  const title = stepsTitle(shown.length, lines.length);
  return {
    title,
    parts: [
      { kind: 'heading', text: title },
      ...parted(shown).map((text): CardPart => ({ kind: 'text', text })),
      { kind: 'note', text: moreSteps(isWhole) },
    ],
  };
}

function newest(lines: readonly string[]): string[] {
  let room = MOST;
  const first = lines.findLastIndex((line) => {
    room -= line.length + 1;
    return room < 0;
  });
  return lines.slice(first + 1);
}

/** Lines in as few parts as have room for them. */
function parted(lines: readonly string[]): string[] {
  const parts: string[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (last === undefined || last.length + line.length >= PART) parts.push(line);
    else parts[parts.length - 1] = `${last}\n${line}`;
  }
  return parts;
}
