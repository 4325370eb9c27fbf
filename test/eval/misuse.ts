/** What was asked for can't be done as it was asked; the message is one line that says what to do. */
export class Misuse extends Error {}
