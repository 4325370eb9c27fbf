/** A word as a shell reads it again: no two words are quoted alike. */
export const shellQuoted = (word: string): string =>
  /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Several words in one line, to be read again as exactly those. */
export const quotedWords = (words: readonly string[]): string => words.map(shellQuoted).join(' ');
