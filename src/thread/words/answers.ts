/* What somebody is answered, for their eyes alone, to what they clicked, sent off or commanded. */

/** Said of what this version does not know. */
export const OLD = 'This is from another version of me, so nothing was changed.';

export const UNKNOWN_JOB = 'I no longer know this job, so nothing was changed.';
export const UNKNOWN_ANSWER = 'I no longer know this answer, so nothing was kept.';
export const NO_SESSION = 'There is no session of mine in this thread any more, so nothing was changed.';
export const MESSAGE_GONE = 'I can’t read that message any more, so nothing was done.';
export const CHANGED = 'What waits for approval has changed since this was shown. Look again.';
export const NO_SCRIPT = 'There is no script to show here.';
export const TOO_MANY_FIELDS =
  'This asks for more than a form has room for here, so it can only be declined.';

export const WHETHER_CANCEL = 'Cancel this job? It is stopped, and what it has not pushed is lost.';

export const NO_ACCOUNTS = 'Nobody can sign in here: whoever runs me can change that.';
export const SIGNED_OUT = 'You are signed out.';
export const signedIn = (name: string): string => `You are signed in as ${name}.`;

export const ANSWER_HELPED = 'Thank you: noted that this answer helped.';
export const SAVED = 'Saved. It holds in this channel from the next step on.';

/** Of what those who manage a channel may change; `managers` are they in the platform's words. */
export const onlyFor = (managers: string): string => `Only ${managers} may change this. Nothing was changed.`;

/** Where what was asked for shows; `thread` is a link to it. */
export const doneIn = (thread: string): string => `Done: what comes of it is shown in ${thread}.`;
export const goesOnIn = (thread: string): string => `It goes on in ${thread}.`;
export const forYourEyes = (thread: string): string => `It is about ${thread}, and nobody else sees it.`;
export const SHOWN_IN_THREAD = 'What comes of it is shown in the thread.';
export const ONLY_IN_THREAD = 'Use this in a thread of mine.';
export const MODEL_IN_THREAD = 'Write `model …` in a thread of mine instead.';
export const CATCH_UP_IN_THREAD =
  'Write `catch me up` in a thread of mine, or choose it from the menu of its newest request: I answer you alone.';

/** Of a command that begins a session without a request; `slash` is how commands begin. */
export const sayWhat = (slash: string): string =>
  `Say what you need: \`${slash} new fine-tune a small model on stanfordnlp/imdb\``;

/** Asked of a message that somebody pointed at and said nothing about. */
export const DEFAULT_QUESTION = 'What do you make of this?';
