/** By this tag everything is found that was made here. */
const TAG = 'ml-intern';

/** The card of a repository that is made in a session: it says where it comes from. */
export function provenanceCard(id: string, sessionId: string, sdk?: string): string {
  const settings = sdk ? [`title: ${id.split('/').at(-1)}`, `sdk: ${sdk}`] : [];
  return [
    '---',
    ...settings,
    'tags:',
    `- ${TAG}`,
    '---',
    '',
    `# ${id.split('/').at(-1)}`,
    '',
    provenance(sessionId),
    '',
  ].join('\n');
}

const provenance = (sessionId: string): string =>
  `Made in a chat thread with ML Intern (session \`${sessionId}\`).`;
