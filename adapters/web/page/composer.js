import { byId, element, freshId, timeZone } from './elements.js';
import { post } from './stream.js';

/** Files as they are sent. */
export const filesOf = (files) =>
  Promise.all(
    files.map(async (file) => ({
      name: file.name,
      base64: base64Of(new Uint8Array(await file.arrayBuffer())),
    })),
  );

/** Piece by piece: a call takes only so many arguments. */
function base64Of(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/**
 * What people write with. `begin` is given the thread that a message begins, where the page shows none.
 */
export function createComposer({ thread, begin, answers, limits }) {
  const form = byId('composer');
  const text = byId('composer-text');
  const picker = byId('composer-file');
  const list = byId('composer-files');
  let files = [];

  function showFiles() {
    list.replaceChildren(
      ...files.map((file, i) => {
        const remove = () => {
          files = files.filter((_other, at) => at !== i);
          showFiles();
        };
        const button = element(
          'button',
          { type: 'button', class: 'quiet', onclick: remove, 'aria-label': `Leave out ${file.name}` },
          '✕',
        );
        return element('li', {}, file.name, ' ', button);
      }),
    );
  }

  function add(more) {
    const { most, megabytes } = limits();
    const large = more.find(({ size }) => size > megabytes * 1e6);
    if (large) return answers.say(`${large.name} is larger than ${megabytes} MB.`);
    files = [...files, ...more];
    if (files.length > most) {
      files = files.slice(0, most);
      answers.say(`At most ${most} files go with a message.`);
    }
    showFiles();
  }

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
    const sent = files;
    if (words.trim() === '' && sent.length === 0) return;
    text.value = '';
    files = [];
    showFiles();
    say(words, sent).catch((error) => {
      // Nothing that was written is lost.
      if (text.value === '') text.value = words;
      if (files.length === 0) files = sent;
      showFiles();
      answers.say(error.message);
    });
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  picker.addEventListener('change', () => {
    add([...picker.files]);
    picker.value = '';
  });
  text.addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData.files.length > 0) add([...clipboardData.files]);
  });
  form.addEventListener('dragover', (event) => event.preventDefault());
  form.addEventListener('drop', (event) => {
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });

  return {
    say,
    focus: () => text.focus(),
    /** Turns writing off, with a word on why. */
    turnOff(why) {
      byId('composer-label').textContent = why;
      for (const control of form.elements) control.disabled = true;
    },
  };
}
