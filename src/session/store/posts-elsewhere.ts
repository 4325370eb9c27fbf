import { like } from 'drizzle-orm';
import { posts } from '../../db/schema/threads.ts';

/** What the keys of posts begin with that are in other channels than their session's thread. */
export const ELSEWHERE = 'elsewhere/';

export const isElsewherePost = like(posts.key, `${ELSEWHERE}%`);
