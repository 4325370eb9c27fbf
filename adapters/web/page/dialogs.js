import { filesOf } from './composer.js';
import { byId, element, freshId, timeZone } from './elements.js';
import { pieceNodes } from './messages.js';
import { blocks } from './nodes.js';
import { post } from './stream.js';

/**
 * Shows what somebody is answered, for their eyes alone, and does what they go on with. `thread()` is the
 * thread that the page shows.
 */
export function createAnswers({ thread }) {
  const answers = byId('answers');
  const dialog = byId('dialog');

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
        return openForm(answer.form);
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

  /** What is pressed can't be pressed again until it is done. */
  async function busy(from, work) {
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

  const say = (text) => showNodes(element('p', { class: 'problem' }, text));

  function openForm(form) {
    const problem = element('p', { class: 'problem', role: 'alert' });
    const fields = form.fields.map(fieldOf);
    const send = async (event) => {
      event.preventDefault();
      const button = event.submitter;
      await busy(button, async () => {
        const values = Object.fromEntries(fields.flatMap(({ value }) => value() ?? []));
        const files = (await Promise.all(fields.map(({ files }) => files?.() ?? []))).flat();
        const sent = { id: freshId(), thread: thread(), timeZone: timeZone(), subject: form.subject };
        const taken = await post('/page/submit', { ...sent, values, files });
        if (!taken.ok) return problem.replaceChildren(...blocks(taken.reason.blocks));
        dialog.close();
        if (taken.notice) show(taken.notice);
      });
    };
    const opener = document.activeElement;
    dialog.replaceChildren(
      element(
        'form',
        { method: 'dialog', onsubmit: send },
        element('h2', { id: 'dialog-title' }, form.title),
        ...(form.intro ? [element('p', {}, form.intro)] : []),
        ...fields.map(({ node }) => node),
        problem,
        element(
          'div',
          { class: 'buttons' },
          element('button', { type: 'submit', class: 'primary' }, form.submit),
          element('button', { type: 'button', onclick: () => dialog.close() }, form.close ?? 'Cancel'),
        ),
      ),
    );
    dialog.onclose = () => opener?.focus?.();
    dialog.showModal();
  }

  return { show, act, command, say, busy };
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

let fieldCount = 0;

/** A field of a form: its element, and what it holds by its name. */
function fieldOf(field) {
  const id = `field-${++fieldCount}`;
  const hintId = `${id}-hint`;
  const hint = field.hint ? [element('p', { class: 'hint', id: hintId }, field.hint)] : [];
  const known = { id, 'aria-describedby': field.hint ? hintId : undefined, required: field.isRequired };
  const labelled = (input) =>
    element('div', { class: 'field' }, element('label', { for: id }, field.label), input, ...hint);
  switch (field.kind) {
    case 'text': {
      const isLong = field.isLong;
      const input = isLong
        ? element('textarea', {
            ...known,
            rows: field.name === 'text' && field.initial ? 18 : 5,
            spellcheck: 'false',
          })
        : element('input', {
            ...known,
            type: /token/i.test(field.label) ? 'password' : 'text',
            autocomplete: 'off',
          });
      input.value = field.initial ?? '';
      return { node: labelled(input), value: () => [[field.name, input.value]] };
    }
    case 'choices': {
      const isMany = field.atMost > 1;
      const input = element(
        'select',
        { ...known, multiple: isMany },
        ...(isMany || field.isRequired ? [] : [element('option', { value: '' }, field.nothing ?? '–')]),
        ...field.choices.map(({ label, value }) =>
          element('option', { value, selected: field.chosen.includes(value) }, label),
        ),
      );
      const picked = () => [...input.selectedOptions].map(({ value }) => value).filter(Boolean);
      return { node: labelled(input), value: () => [[field.name, picked()]] };
    }
    case 'files': {
      const input = element('input', { ...known, type: 'file', multiple: field.atMost > 1 });
      return { node: labelled(input), value: () => [], files: () => filesOf([...input.files]) };
    }
    default:
      // There is one person here: whom it names stays as it is.
      return { node: element('span'), value: () => [[field.name, field.chosen]] };
  }
}
