/** By it a job is found again after a crash between its submission and our note of it. */
export const CALL_LABEL = 'ml-intern-call';

/** The session that began a job. */
export const SESSION_LABEL = 'ml-intern-session';
