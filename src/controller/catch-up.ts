import type { SessionsOverview } from '../reports/sessions-overview.ts';
import type { ThreadAddress } from '../session/address.ts';
import { forYourEyes } from '../thread/words/answers.ts';
import { catchUpText } from '../thread/words/catch-up.ts';
import { NO_SESSION_YET } from '../thread/words/intake.ts';
import { type Card, words } from './cards.ts';
import type { Traits } from './traits.ts';

/** What whoever joins a thread has to know, for them alone: thread and session are left as they are. */
export async function catchUpCard(
  { sessions, traits }: { sessions: Pick<SessionsOverview, 'whole'>; traits: Traits },
  address: ThreadAddress | undefined,
): Promise<Card> {
  const snapshot = address && (await sessions.whole(address));
  if (address === undefined || snapshot === undefined) return words(NO_SESSION_YET);
  const { title, text } = catchUpText(snapshot, (messageId) => traits.messageUrl(address, messageId));
  const where = forYourEyes(traits.threadLink(address));
  return {
    title,
    parts: [
      { kind: 'markdown', text },
      { kind: 'note', text: where },
    ],
  };
}
