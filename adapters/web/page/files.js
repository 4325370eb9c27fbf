import { byId, element } from './elements.js';

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
 * The files that go with what is being written, in a list below it. `limits()` says how many and how large
 * ones are taken, and `say` tells why one is not.
 */
export function createFileList({ limits, say }) {
  const list = byId('composer-files');
  let files = [];

  function put(next) {
    files = next;
    list.replaceChildren(
      ...files.map((file, i) => {
        const onclick = () => put(files.filter((_other, at) => at !== i));
        const told = { type: 'button', class: 'quiet', onclick, 'aria-label': `Leave out ${file.name}` };
        return element('li', {}, file.name, ' ', element('button', told, '✕'));
      }),
    );
  }

  return {
    add(more) {
      const { most, megabytes } = limits();
      const large = more.find(({ size }) => size > megabytes * 1e6);
      if (large) return say(`${large.name} is larger than ${megabytes} MB.`);
      const all = [...files, ...more];
      if (all.length > most) say(`At most ${most} files go with a message.`);
      put(all.slice(0, most));
    },
    count: () => files.length,
    /** Gives the files, which are none then. */
    take() {
      const taken = files;
      put([]);
      return taken;
    },
    /** Puts back what could not be sent, where nothing else was picked meanwhile. */
    putBack(taken) {
      if (files.length === 0) put(taken);
    },
  };
}
