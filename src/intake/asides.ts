/**
 * Whether people say that a message is for each other: "aside …", "!aside …", "(aside) …". It is not for the
 * agent, which goes on as if it had not been written. "Aside from that, …" is.
 */
export const isBetweenPeople = (text: string): boolean =>
  /^\s*(?:!aside\b|\(aside\)|aside\s*[:,;–—-]|aside\s+(?!from\b|that\b|of\b))/i.test(text);
