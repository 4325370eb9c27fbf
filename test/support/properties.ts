import fc from 'fast-check';

/**
 * Properties are tried on the same inputs each time, so that a run tells of the change that it is about.
 * `SEED=123 npm test` tries others.
 */
fc.configureGlobal({ seed: Number(process.env.SEED ?? 20_261_126) });
