import { expect, test } from 'vitest';
import { saysYes } from '../../src/intake/near-commands.ts';

test.each([
  ...[
    'yes',
    'Yes!',
    'y',
    'yep 👍',
    'ok',
    'OK, go',
    'okay.',
    'lgtm',
    'LGTM 🚀',
    'sure, go ahead',
    'go for it',
  ],
  ...[
    'sounds good',
    'looks good to me',
    'do it',
    'ship it',
    'yes please',
    'ok thanks',
    "let's go",
    '👍',
    ':+1:',
  ],
  ...[
    '@ML Intern yes',
    'great, go ahead',
    'ja',
    'Ja, bitte!',
    'passt',
    'oui',
    "d'accord",
    'sí',
    'vale',
    '✅',
  ],
])('%s is a yes', (text) => {
  expect(saysYes(text)).toBe(true);
});

test.each([
  ...['', 'thanks', 'nice', 'no', 'yes?', 'ok?', 'go to the next one', 'yes, but halve the batch', 'not yet'],
  ...['ok so what does it cost', 'do it with a smaller model', 'sure about the price?', 'ja, aber kleiner'],
  ...['start it tomorrow', '😢', '1', 'I would say yes', 'yesterday', 'goal', 'say yes to the card'],
])('%s is none', (text) => {
  expect(saysYes(text)).toBe(false);
});
