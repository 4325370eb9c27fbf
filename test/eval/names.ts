import { classes, MESSAGES, TEXT, type ViewedDataset } from '../doubles/hub/viewed-dataset.ts';

/* What several tasks are about. */

export const HOUR = 3_600;

export const IMDB = 'stanfordnlp/imdb';
export const FAQ = 'acme/faq';
export const DUELS = 'acme/duels';

export const DISTILBERT = 'distilbert/distilbert-base-uncased';
export const QWEN_SMALL = 'Qwen/Qwen2.5-0.5B';
export const QWEN = 'Qwen/Qwen2.5-1.5B';

const turns = (user: string, assistant: string) => [
  { role: 'user', content: user },
  { role: 'assistant', content: assistant },
];

/** Questions of customers, with answers, as conversations. */
export const faqRows: ViewedDataset = {
  id: FAQ,
  config: 'default',
  features: { messages: MESSAGES },
  splits: {
    train: {
      rows: 18_204,
      first: [
        { messages: turns('Where is my order?', 'Open “My orders”: its state is shown there.') },
        { messages: turns('Can I change the address?', 'Until it is packed, yes: under “Change address”.') },
        { messages: turns('How do I send something back?', 'Print the label from the order’s page.') },
      ],
    },
    test: {
      rows: 1_000,
      first: [{ messages: turns('Do you ship to Norway?', 'Yes, within five working days.') }],
    },
  },
};

/** Two answers to each question, the better one first; no column has the question alone. */
export const duelRows: ViewedDataset = {
  id: DUELS,
  config: 'default',
  features: { chosen: MESSAGES, rejected: MESSAGES },
  splits: {
    train: {
      rows: 9_120,
      first: [
        {
          chosen: turns('Where is my order?', 'Open “My orders”: its state is shown there.'),
          rejected: turns('Where is my order?', 'No idea.'),
        },
        {
          chosen: turns('Is there a warranty?', 'Two years, on everything.'),
          rejected: turns('Is there a warranty?', 'Maybe.'),
        },
      ],
    },
    test: {
      rows: 480,
      first: [
        {
          chosen: turns('Do you ship to Norway?', 'Yes, within five working days.'),
          rejected: turns('Do you ship to Norway?', 'Ask them.'),
        },
      ],
    },
  },
};

/** Messages of customers; few of them are urgent. */
export const ticketRows = (id: string): ViewedDataset => ({
  id,
  config: 'default',
  features: { text: TEXT, label: classes('normal', 'urgent') },
  splits: {
    train: {
      rows: 20_000,
      first: [
        { text: 'Can I have the invoice again?', label: 0 },
        { text: 'The whole shop is down!', label: 1 },
        { text: 'Thank you for the quick help.', label: 0 },
      ],
      frequencies: { label: { normal: 19_400, urgent: 600 } },
    },
    test: {
      rows: 4_000,
      first: [{ text: 'Nobody can pay since this morning.', label: 1 }],
      frequencies: { label: { normal: 3_880, urgent: 120 } },
    },
  },
});
