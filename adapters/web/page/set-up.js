import { byId, element, freshId } from './elements.js';
import { post } from './stream.js';

/**
 * The forms in which the program is given what it lacks. `busy` keeps what is pressed from being pressed
 * again, `show` shows what is answered, and `given` is called once the program starts anew with it.
 */
export function createSetUp({ busy, show, given }) {
  const place = byId('set-up');

  /** Sends what is given; puts what is wrong with it beside the field, or below the form. */
  async function give(path, button, fields, problem) {
    await busy(button, async () => {
      for (const field of fields) field.say('');
      problem.textContent = '';
      const values = Object.fromEntries(fields.map(({ name, value }) => [name, value()]));
      // Once: it is for whoever gives it to try again.
      const answer = await post(path, { id: freshId(), ...values }, 1);
      if (answer.ok) {
        place.replaceChildren(element('p', { class: 'hint' }, 'Starting again …'));
        show(answer.notice);
        return given();
      }
      const wrong = fields.find(({ name }) => name === answer.field);
      if (wrong) wrong.say(answer.problem, answer.choices);
      else problem.textContent = answer.problem;
    });
  }

  function formOf({ path, fields, label, about }) {
    const problem = element('p', { class: 'problem', role: 'alert' });
    const button = element('button', { type: 'submit', class: 'primary' }, label);
    const onsubmit = (event) => {
      event.preventDefault();
      return give(path, button, fields, problem);
    };
    return element(
      'form',
      { onsubmit, novalidate: true, 'aria-label': about },
      ...fields.map(({ node }) => node),
      problem,
      element('div', { class: 'buttons' }, button),
    );
  }

  return {
    /** Shows forms for what can be given: `takes` says what that is, if anything. */
    show(takes) {
      if (takes === undefined) return place.replaceChildren();
      place.replaceChildren(
        element(
          'section',
          { class: 'lack set-up', 'aria-labelledby': 'set-up-title' },
          element('h2', { id: 'set-up-title' }, 'Set up'),
          ...(takes.token ? [formOf(tokenForm(takes))] : []),
          ...(takes.model ? [elsewhere(formOf(modelForm())), lookAgain(give)] : []),
        ),
      );
    },
  };
}

const tokenForm = (takes) => ({
  path: '/page/set-up/token',
  about: 'Account of Hugging Face',
  label: 'Check and keep',
  fields: [
    fieldOf({
      name: 'token',
      label: 'Token of Hugging Face',
      isSecret: true,
      hint: [
        'From ',
        element(
          'a',
          { href: TOKENS, target: '_blank', rel: 'noopener noreferrer' },
          'huggingface.co/settings/tokens',
        ),
        takes.model ? ', with “Make calls to Inference Providers” for a model; ' : ', with ',
        '“Jobs: write” and write access to repositories for jobs. It is checked with the Hub, kept in ',
        element('code', {}, '.env'),
        ' on this machine, and shown to nobody.',
      ],
    }),
  ],
});

const TOKENS = 'https://huggingface.co/settings/tokens';

const modelForm = () => ({
  path: '/page/set-up/model',
  about: 'Another model',
  label: 'Check and keep the model',
  fields: [
    fieldOf({ name: 'address', label: 'Address of its server', hint: ['Such as http://localhost:8000/v1.'] }),
    fieldOf({ name: 'key', label: 'Key, if it takes one', isSecret: true }),
    fieldOf({ name: 'model', label: 'Model, if it has several' }),
  ],
});

const elsewhere = (form) =>
  element('details', {}, element('summary', {}, 'Another server that speaks OpenAI’s API'), form);

function lookAgain(give) {
  const problem = element('p', { class: 'problem', role: 'alert' });
  const onclick = ({ currentTarget }) => give('/page/set-up/look', currentTarget, [], problem);
  return element(
    'div',
    {},
    element('button', { type: 'button', onclick }, 'Look for a model again'),
    problem,
  );
}

/** A field: its element, what it holds, and what is said of that, with what else may be meant. */
function fieldOf({ name, label, hint, isSecret = false }) {
  const id = `set-up-${name}`;
  const problem = element('p', { class: 'problem', id: `${id}-problem` });
  const choices = element('datalist', { id: `${id}-choices` });
  const input = element('input', {
    id,
    type: isSecret ? 'password' : 'text',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    list: isSecret ? undefined : `${id}-choices`,
    'aria-describedby': [hint && `${id}-hint`, `${id}-problem`].filter(Boolean).join(' '),
  });
  const node = element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    input,
    ...(isSecret ? [] : [choices]),
    problem,
    ...(hint ? [element('p', { class: 'hint', id: `${id}-hint` }, ...hint)] : []),
  );
  return {
    name,
    node,
    value: () => input.value,
    say(text, others = []) {
      problem.textContent = text;
      choices.replaceChildren(...others.map((value) => element('option', { value })));
      if (text === '') return input.removeAttribute('aria-invalid');
      input.setAttribute('aria-invalid', 'true');
      input.focus();
    },
  };
}
