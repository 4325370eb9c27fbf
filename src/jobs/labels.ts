/** By it a job is found again after a crash between its submission and our note of it. */
export const CALL_LABEL = 'ml-intern-call';

/** What a job is called, as far as a label holds it. */
export const NAME_LABEL = 'ml-intern-name';

/** A name in the signs that a label takes. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);

/** The session that began a job. */
export const SESSION_LABEL = 'ml-intern-session';
