import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { quotedWords } from '../../src/lib/speech.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { newestLines } from '../../src/thread/view/newest-lines.ts';
import type { People } from './people.ts';
import { readable } from './text.ts';

/**
 * What a thread says besides the message that the bot is called with, quoted as what it is: other people's
 * words.
 */
export type ThreadReader = {
  /** What was said in a thread before a message; undefined where that is nothing, or can't be read. */
  before(address: ThreadAddress, ts: string): Promise<string | undefined>;
  /**
   * The messages of this channel that a text links to. Those of other channels are not read: who asks may not
   * be allowed to. What is in `known` is not read again.
   */
  linked(channel: string, text: string, known?: readonly Linked[]): Promise<Linked[]>;
};

type Linked = { key: string; text: string };

/** Newest messages of a thread that are told, and how much of them. */
const MESSAGES = 30;
const CHARACTERS = 8_000;
const LINKS = 3;
const LINK_CHARACTERS = 2_000;

const Page = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      user: z.string().optional(),
      text: z.string().default(''),
      bot_id: z.string().optional(),
    }),
  ),
});
type Said = z.infer<typeof Page>['messages'][number];

export function createThreadReader(client: WebClient, people: People, botUserId: string): ThreadReader {
  const page = async (method: string, options: Record<string, unknown>): Promise<Said[]> => {
    // What can't be read is done without: the request itself is what counts.
    const answer = await client.apiCall(method, options).catch(() => undefined);
    return Page.safeParse(answer).data?.messages ?? [];
  };

  async function quoted({ user, text }: Said): Promise<string> {
    const said = await readable(text, botUserId, { person: people.name });
    return quotedWords(user ? await people.name(user) : 'an app', said);
  }

  return {
    async before({ channel, thread }, ts) {
      const all = await page('conversations.replies', { channel, ts: thread, latest: ts, limit: 200 });
      const earlier = all.filter((message) => Number(message.ts) < Number(ts) && message.text !== '');
      const lines = await newestLines(earlier.slice(-MESSAGES).reverse(), quoted, CHARACTERS);
      if (lines.length === 0) return undefined;
      const left = earlier.length - lines.length;
      const more = left > 0 ? ` (${left} earlier messages are left out)` : '';
      return `What was said in this thread before${more}:\n${lines.join('\n')}`;
    },
    async linked(channel, text, known = []) {
      const links = [...text.matchAll(/https:\/\/[\w.-]+\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})/g)].filter(
        ([, linkedChannel]) => linkedChannel === channel,
      );
      const quotes = await Promise.all(
        links.slice(0, LINKS).map(async ([, , seconds, micros]) => {
          const ts = `${seconds}.${micros}`;
          const read = known.find(({ key }) => key === ts);
          if (read) return [read];
          const [message] = (await page('conversations.replies', { channel, ts, limit: 1 })).filter(
            (item) => item.ts === ts,
          );
          return message
            ? [
                {
                  key: ts,
                  text: `The message that is linked:\n${(await quoted(message)).slice(0, LINK_CHARACTERS)}`,
                },
              ]
            : [];
        }),
      );
      return quotes.flat();
    },
  };
}
