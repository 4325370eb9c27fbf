const LONGEST = 400;

/** Whether a message is just a question: short, and ending in a question mark. */
export function isQuestion(text: string): boolean {
  return text.length <= LONGEST && /\?[\s)"'”’]*$/.test(text);
}
