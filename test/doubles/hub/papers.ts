import { idOf, personOf } from './people.ts';

/*
 * Papers, as https://huggingface.co/.well-known/openapi.json has them: /api/papers, /api/daily_papers and the
 * collections of one.
 */

export const PAPERS = [
  {
    id: '2305.18290',
    title: 'Direct Preference Optimization: Your Language Model is\n  Secretly a Reward Model',
    summary: 'We introduce DPO, which trains on preferences\nwithout a reward model.',
    upvotes: 64,
    publishedAt: '2023-05-29T17:57:46.000Z',
    authors: ['Rafael Rafailov', 'Archit Sharma'].map((name) => ({ _id: idOf(name), name, hidden: false })),
    discussionId: idOf('2305.18290'),
    ai_summary: 'Preferences without reinforcement learning.',
    ai_keywords: ['preference learning', 'RLHF'],
    githubRepo: 'https://github.com/eric-mitchell/direct-preference-optimization',
    githubStars: 2500,
  },
  {
    id: '2601.00001',
    title: 'A Paper without HTML',
    summary: 'Only its abstract can be read.',
    upvotes: 3,
    publishedAt: '2026-01-02T00:00:00.000Z',
    authors: [],
    discussionId: idOf('2601.00001'),
  },
];

/** What belongs to a paper, as its own page has it. */
export const NOTHING_LINKED = {
  linkedModels: [],
  numTotalModels: 0,
  linkedDatasets: [],
  numTotalDatasets: 0,
  linkedSpaces: [],
  numTotalSpaces: 0,
};

/** A paper in a list of a day. */
export const onDay = (paper: (typeof PAPERS)[number]) => ({
  paper,
  publishedAt: paper.publishedAt,
  title: paper.title,
  summary: paper.summary,
  thumbnail: `https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/${paper.id}.png`,
  numComments: 0,
  submittedBy: personOf('grace'),
  isAuthorParticipating: false,
});

export const dayOf = (query: URLSearchParams): string | undefined => {
  const date = query.get('date');
  return date === null ? undefined : `${date}T00:00:00.000Z`;
};

/** Two papers in a collection. */
const ITEMS = PAPERS.map(({ id, title, upvotes, publishedAt }, position) => ({
  _id: idOf(id),
  position,
  type: 'paper',
  id,
  title,
  upvotes,
  publishedAt,
  thumbnailUrl: `https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/${id}.png`,
  isUpvotedByUser: false,
}));

export const COLLECTION = {
  slug: 'ada/alignment-1',
  title: 'Alignment',
  description: 'What to read first',
  lastUpdated: '2026-11-01T12:00:00.000Z',
  gating: false,
  owner: personOf('ada'),
  theme: 'blue',
  private: false,
  upvotes: 7,
  isUpvotedByUser: false,
  items: ITEMS,
};
