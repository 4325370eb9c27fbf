/** What holds where the bot was invited to. */
export type Holds = {
  /** Who approves, as the config or people of the channel have it; ids are named by `nameOf`. */
  approvers: readonly string[];
  /** Budgets, as "$20 for a session". */
  budgets: readonly string[];
  /** What a session has cost when it asks whether to go on; undefined where it never does. */
  asksAtUsd: number | undefined;
};

const EXAMPLES = [
  'fine-tune a small model on stanfordnlp/imdb and tell me the accuracy',
  'which open model under 1B parameters transcribes German speech best? Try three on 50 samples',
  'why did the loss of this run jump? *(in the thread of a log or an alert)*',
] as const;

/** What it says where it was invited: what it is, what to ask, who approves and what it may spend. */
export function helloText(
  { approvers, budgets, asksAtUsd }: Holds,
  { slash, nameOf }: { slash: string; nameOf(id: string): string },
): string {
  const limits = budgets.length > 0 ? budgets.join(', ') : 'none is set';
  const asks = asksAtUsd === undefined ? '' : `; a session that has cost $${asksAtUsd} asks whether to go on`;
  return [
    '👋 Hello, I am **ML Intern**: I research, train and ship models on Hugging Face, in threads, and I ask before anything that costs money.',
    'Mention me with what you need, such as:',
    EXAMPLES.map((example) => `- ${example}`).join('\n'),
    `**Who approves:** ${approvers.map((who) => approverText(who, nameOf)).join(', ')}. **Budget:** ${limits}${asks}.`,
    `\`help\` in a thread of mine lists what can be said there, \`${slash} settings\` shows what holds here.`,
  ].join('\n\n');
}

function approverText(who: string, nameOf: (id: string) => string): string {
  if (who === 'requester') return 'whoever asked';
  if (who === 'thread') return 'whoever has written in the thread';
  return who === 'anyone' ? 'anybody here' : nameOf(who);
}
