import { byId, freshId, timeZone } from './elements.js';
import { createFileList, filesOf } from './files.js';
import { post } from './stream.js';

/**
 * What people write with. `begin` is given the thread that a message begins, where the page shows none.
 */
export function createComposer({ thread, begin, answers, limits }) {
  const form = byId('composer');
  const text = byId('composer-text');
  const files = createFileList({ limits, say: answers.say });

  /** Says something in the thread, or begins one with it. */
  async function say(words, sent = []) {
    const id = freshId();
    const known = thread();
    const said = { id, thread: known ?? id, text: words, files: await filesOf(sent), timeZone: timeZone() };
    if (known === undefined) begin(id);
    const { notices = [], cards = [] } = await post('/page/say', said);
    for (const answer of [...notices, ...cards]) answers.show(answer);
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const words = text.value;
    if (words.trim() === '' && files.count() === 0) return;
    text.value = '';
    const sent = files.take();
    say(words, sent).catch((error) => {
      // Nothing that was written is lost.
      if (text.value === '') text.value = words;
      files.putBack(sent);
      answers.say(error.message);
    });
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  takeFiles({ form, text, files });

  return {
    say,
    focus: () => text.focus(),
    /** Puts words there, to be changed and sent by whoever picked them. */
    write(words) {
      text.value = words;
      text.focus();
    },
    /** Turns writing off, with a word on why, or on where there is none. */
    turnOff(why) {
      if (why !== undefined) byId('composer-label').textContent = why;
      for (const control of form.elements) control.disabled = why !== undefined;
    },
  };
}

/** Files come by being picked, pasted and dropped. */
function takeFiles({ form, text, files }) {
  const picker = byId('composer-file');
  picker.addEventListener('change', () => {
    files.add([...picker.files]);
    picker.value = '';
  });
  text.addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData.files.length > 0) files.add([...clipboardData.files]);
  });
  form.addEventListener('dragover', (event) => event.preventDefault());
  form.addEventListener('drop', (event) => {
    event.preventDefault();
    files.add([...event.dataTransfer.files]);
  });
}
