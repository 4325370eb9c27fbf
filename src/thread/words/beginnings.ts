/** Something to begin with: what it is called, and what is written for it. */
export type Beginning = { title: string; message: string };

/**
 * What people are offered to begin with: one of each kind of work. At most four, which is as many as Slack
 * takes (https://docs.slack.dev/reference/app-manifest).
 */
export const BEGINNINGS: readonly Beginning[] = [
  {
    title: 'Fine-tune a model',
    message:
      'Fine-tune a small model on stanfordnlp/imdb and tell me how good it is. Ask before it costs money.',
  },
  {
    title: 'Look at a dataset',
    message: 'Look at HuggingFaceH4/ultrafeedback_binarized: what is in it, and what can it be used for?',
  },
  {
    title: 'Find a recipe',
    message: 'Find out which recipe works best for fine-tuning a 1B model to call tools, with sources.',
  },
  { title: 'My running jobs', message: 'status' },
];
