import { byId, element } from './elements.js';
import { filesOf } from './files.js';
import { blocks } from './nodes.js';

/**
 * Opens a form as a dialog. `submit` sends off what was filled in, and `show` shows what is said of that,
 * where something is; meanwhile its button is `busy`.
 */
export function openForm(form, { busy, submit, show }) {
  const dialog = byId('dialog');
  const problem = element('p', { class: 'problem', role: 'alert' });
  const fields = form.fields.map(fieldOf);
  const send = async (event) => {
    event.preventDefault();
    const button = event.submitter;
    await busy(button, async () => {
      const values = Object.fromEntries(fields.flatMap(({ value }) => value() ?? []));
      const files = (await Promise.all(fields.map(({ files }) => files?.() ?? []))).flat();
      const taken = await submit({ subject: form.subject, values, files });
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
