/**
 * How often a property is tried that takes long: `npm run soak` tries it `all` these times, `npm test` a
 * quarter of them.
 */
export const tries = (all: number): number => (process.env.TRIES === 'all' ? all : Math.ceil(all / 4));
