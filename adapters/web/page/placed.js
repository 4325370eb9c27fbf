import { element } from './elements.js';
import { settle } from './heights.js';

/**
 * Elements that stand together: a browser goes through all of a list whenever one of it changes, so a long
 * list has one for each run. What is in sight is one or two of them.
 */
const RUN = 8;

/** Runs at the end that are never left out: whoever follows a thread looks at what is said last. */
const NEWEST_RUNS = 2;

/** Elements of a list by their places, each found without going through all. */
export function createPlaced(list) {
  /** What is shown, by id: its node, its place, about how high it is, and the run that it stands in. */
  const shown = new Map();
  /** All runs in order, none of them empty. */
  const runs = [];

  function remove(id) {
    const old = shown.get(id);
    if (old === undefined) return;
    shown.delete(id);
    old.node.remove();
    const { run } = old;
    run.all.splice(run.all.indexOf(old), 1);
    if (run.all.length > 0) return;
    run.node.remove();
    runs.splice(runs.indexOf(run), 1);
  }

  function insert(id, node, place, height) {
    const run = runFor(list, runs, place);
    const at = firstIndex(run.all, (other) => other.place > place);
    run.node.insertBefore(node, run.all[at]?.node ?? null);
    const one = { node, place, height, run };
    run.all.splice(at, 0, one);
    shown.set(id, one);
    settleRuns(runs, run);
  }

  return {
    remove,
    size: () => shown.size,
    nodeOf: (id) => shown.get(id)?.node,
    /** The place of the last one. */
    end: () => runs.at(-1)?.all.at(-1).place ?? Number.NEGATIVE_INFINITY,
    clear() {
      shown.clear();
      runs.length = 0;
      list.replaceChildren();
    },
    /** Puts a node at its place, instead of the one with its id; `height` is about how high it is. */
    put(id, place, node, height) {
      const old = shown.get(id);
      if (old?.place !== place) {
        remove(id);
        return insert(id, node, place, height ?? old?.height ?? 0);
      }
      if (old.node === node) return;
      old.node.replaceWith(node);
      Object.assign(old, { node, height });
    },
  };
}

/** The run in which something at a place stands: one with room for it at the beginning and at the end. */
function runFor(list, runs, place) {
  const after = firstIndex(runs, ({ all }) => all[0].place > place);
  const next = runs[after];
  const hasRoom = (run) => run !== undefined && run.all.length < RUN;
  if (after === 0) return hasRoom(next) ? next : beginRun(list, runs, 0);
  const run = runs[after - 1];
  if (hasRoom(run)) return run;
  if (run.all.at(-1).place < place) return hasRoom(next) ? next : beginRun(list, runs, after);
  const later = beginRun(list, runs, after);
  later.all = run.all.splice(RUN / 2);
  for (const one of later.all) one.run = later;
  later.node.append(...later.all.map(({ node }) => node));
  settleRuns(runs, later);
  return later.all[0].place > place ? run : later;
}

/** Begins a run at an index of them. */
function beginRun(list, runs, at) {
  const run = { node: element('div', { class: 'run' }), all: [] };
  list.insertBefore(run.node, runs[at]?.node ?? null);
  runs.splice(at, 0, run);
  return run;
}

/**
 * The newest runs are always shown; of others, one that has changed is left out while it is out of sight.
 */
function settleRuns(runs, changed) {
  for (const run of runs.slice(-NEWEST_RUNS)) run.node.removeAttribute('data-settled');
  for (const run of [changed, runs.at(-NEWEST_RUNS - 1)]) {
    if (run === undefined || runs.lastIndexOf(run) >= runs.length - NEWEST_RUNS) continue;
    const height = run.all.reduce((sum, one) => sum + one.height, 0);
    settle(run.node, height);
  }
}

/** Where the first one stands of which something is true that is true of all behind it. */
function firstIndex(all, isTrue) {
  let from = 0;
  let to = all.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isTrue(all[middle])) to = middle;
    else from = middle + 1;
  }
  return from;
}
