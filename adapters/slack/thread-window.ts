/**
 * How the newest messages of a thread are read. `conversations.replies` gives the oldest of a range of time
 * first (https://docs.slack.dev/reference/methods/conversations.replies), so the newest range is asked for
 * first, and a wider one where that has too few.
 */

type Dated = { ts: string };

/** Both ends are left out; from the beginning where there is no `after`. */
export type Range = { after: string | undefined; before: string };

/** `replies` is what the first message of the thread says of itself, where the page has it. */
export type Page<Said extends Dated> = { messages: readonly Said[]; hasMore: boolean; replies?: number };

/** What is known of a thread before some moment. */
export type Known<Said extends Dated> = {
  thread: string;
  /** The oldest first. */
  read: readonly Said[];
  /** The newest first. */
  unread: readonly Range[];
  /** How many messages a page had that was not the last one. */
  pageSize: number | undefined;
  /** How many messages the thread has, those after that moment too, where a page has told that. */
  total: number | undefined;
  isBegun: boolean;
  /** How much wider the next range is than if all had been written evenly: little was found so far. */
  widened: number;
};

export const nothingRead = <Said extends Dated>(thread: string, before: string): Known<Said> => ({
  thread,
  read: [],
  unread: [{ after: undefined, before }],
  pageSize: undefined,
  total: undefined,
  isBegun: false,
  widened: 1,
});

/** The first range: what people who have just been talking have said. */
const FIRST_SECONDS = 60 * 60;

/** Pages of 15 are all that some apps get, and one a minute: those are not paged through. */
const SMALL_PAGE = 50;

/** People write in bursts: where a range has little, the next is wider. */
const WIDER = 4;

/** What to read next, so that the `wanted` newest are there; undefined once they are. */
export function nextRange<Said extends Dated>(known: Known<Said>, wanted: number): Range | undefined {
  const { read, unread, pageSize, thread, total, isBegun, widened } = known;
  const [gap] = unread;
  if (gap === undefined || newerThan(read, gap.before).length >= wanted) return undefined;
  const start = Number(gap.after ?? thread);
  const end = Number(gap.before);
  const from = (seconds: number): Range =>
    end - seconds > start ? { after: (end - seconds).toFixed(6), before: gap.before } : gap;
  if (!isBegun) return from(FIRST_SECONDS);
  if (pageSize === undefined || pageSize >= SMALL_PAGE) return gap;
  const left = total === undefined ? 4 * pageSize : total - read.length;
  // As many as one page has, as if they had been written evenly.
  return left < pageSize ? gap : from(((end - start) * (pageSize - 3) * widened) / left);
}

/** What is known once a page of a range has been read, which is the newest that was unread or its end. */
export function withPage<Said extends Dated>(
  known: Known<Said>,
  range: Range,
  { messages, hasMore, replies }: Page<Said>,
): Known<Said> {
  const [gap, ...older] = known.unread;
  const had = new Set(known.read.map(({ ts }) => ts));
  const fresh = messages.filter(({ ts }) => !had.has(ts) && Number(ts) < Number(range.before));
  const within = fresh.filter(({ ts }) => Number(ts) > Number(range.after ?? 0));
  const isSparse = !hasMore && within.length < (known.pageSize ?? 0) / 2;
  const read = [...known.read, ...fresh].sort((a, b) => Number(a.ts) - Number(b.ts));
  const newest = within
    .map(({ ts }) => ts)
    .reduce((a, b) => (Number(b) > Number(a) ? b : a), range.after ?? '0');
  const newer = hasMore ? [{ after: newest, before: range.before }] : [];
  const before = range.after === gap?.after ? [] : [{ after: gap?.after, before: afterwards(range.after) }];
  return {
    ...known,
    read,
    unread: [...newer, ...before, ...older],
    pageSize: hasMore ? messages.length : known.pageSize,
    total: replies === undefined ? known.total : replies + 1,
    isBegun: true,
    widened: isSparse ? known.widened * WIDER : 1,
  };
}

/** Both ends of a range are left out, and what stands at the end of one may be a message. */
const afterwards = (ts = '0'): string => (Number(ts) + 0.000_001).toFixed(6);

/** What was read after a moment, or at it. */
export const newerThan = <Said extends Dated>(read: readonly Said[], ts: string): Said[] =>
  read.filter((said) => Number(said.ts) >= Number(ts));
