import { byId, element } from './elements.js';

/** What may be asked first. Jobs take a token of Hugging Face, all else works without one. */
const SUGGESTIONS = [
  { text: 'Which columns and splits does stanfordnlp/imdb have, and is anything wrong with its rows?' },
  { text: 'Find recent papers on fine-tuning small language models with LoRA, and say what works best.' },
  { text: 'Write a training script for sentiment analysis, and explain each of its settings.' },
  {
    text: 'Fine-tune a small model on stanfordnlp/imdb in a job, and tell me its accuracy.',
    takesToken: true,
  },
];

/** Shows what may be asked, where no thread is begun; `write` is given what somebody picks. */
export function createSuggestions({ write }) {
  const place = byId('suggestions');

  const suggestion = (text, said) =>
    element(
      'li',
      {},
      element(
        'button',
        { type: 'button', onclick: () => write(text) },
        text,
        ...(said ? [element('span', { class: 'hint' }, said)] : []),
      ),
    );

  return {
    /** `isShown`: there is room, and somebody to ask; `hasToken` says what works. */
    show({ isShown, hasToken }) {
      if (!isShown) return place.replaceChildren();
      const said = (takesToken) => {
        if (hasToken) return undefined;
        return takesToken ? 'Takes a token of Hugging Face' : 'Works without a token';
      };
      place.replaceChildren(
        element('h3', { id: 'suggestions-title' }, 'You could ask'),
        element(
          'ul',
          { 'aria-labelledby': 'suggestions-title' },
          ...SUGGESTIONS.map(({ text, takesToken }) => suggestion(text, said(takesToken))),
        ),
      );
    },
  };
}
