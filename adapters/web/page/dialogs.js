import { byId, element, freshId, timeZone } from './elements.js';
import { openForm } from './forms.js';
import { pieceNodes } from './messages.js';
import { blocks } from './nodes.js';
import { post } from './stream.js';

/**
 * Shows what somebody is answered, for their eyes alone, and does what they go on with. `thread()` is the
 * thread that the page shows.
 */
export function createAnswers({ thread }) {
  const answers = byId('answers');

  const close = (label) =>
    element('button', { type: 'button', class: 'quiet', onclick: () => answers.replaceChildren() }, label);

  function showNodes(...nodes) {
    const shown = element('section', { class: 'for-you', 'aria-label': 'For you' }, ...nodes, close('Close'));
    answers.replaceChildren(shown);
    shown.scrollIntoView({ block: 'nearest' });
  }

  const actIn = (control, from) => act(control, from, true);

  function show(answer) {
    switch (answer.kind) {
      case 'notice':
        return showNodes(...blocks(answer.blocks));
      case 'card':
        return showNodes(...answer.pieces.flatMap((piece, i) => pieceNodes(piece, `answer-${i}`, actIn, '')));
      case 'file':
        return showNodes(
          ...answer.pieces.flatMap((piece, i) => pieceNodes(piece, `answer-${i}`, actIn, '')),
          savedAs(answer.name, answer.text),
        );
      case 'form':
        return openForm(answer.form, { busy, submit, show });
    }
  }

  async function act({ name, values, chosen }, from, isFromList = false) {
    await busy(from, async () => {
      const asked = { id: freshId(), thread: thread(), timeZone: timeZone(), name, values, isFromList };
      show(await post('/page/click', { ...asked, ...(chosen === undefined ? {} : { chosen }) }));
    });
  }

  async function command(text, from) {
    await busy(from, async () =>
      show(await post('/page/command', { id: freshId(), thread: thread(), timeZone: timeZone(), text })),
    );
  }

  async function submit(sent) {
    return post('/page/submit', { id: freshId(), thread: thread(), timeZone: timeZone(), ...sent });
  }

  const busy = (from, work) => whileBusy(from, work, say);
  const say = (text) => showNodes(element('p', { class: 'problem' }, text));

  return { show, act, command, say, busy };
}

/**
 * Does something; what is pressed for it can't be pressed again until it is done. `say` tells what failed.
 */
async function whileBusy(from, work, say) {
  if (from?.getAttribute('aria-disabled') === 'true') return;
  from?.setAttribute('aria-disabled', 'true');
  try {
    await work();
  } catch (error) {
    say(error.message);
  } finally {
    from?.removeAttribute('aria-disabled');
  }
}

/** A text to be saved, as it is. */
function savedAs(name, text) {
  const save = () => {
    const href = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
    element('a', { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  };
  return element('button', { type: 'button', onclick: save }, `Save ${name}`);
}
