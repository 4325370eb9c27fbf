import { createComposer } from './composer.js';
import { createAnswers } from './dialogs.js';
import { byId, element } from './elements.js';
import { createElsewhere } from './elsewhere.js';
import { blocks } from './nodes.js';
import { createSetUp } from './set-up.js';
import { follow, post } from './stream.js';
import { createSuggestions } from './suggestions.js';
import { createThread } from './thread.js';

/** The thread that the page shows; undefined for one that is not begun. */
let current = threadInAddress();
/** Threads by their ids, and what the program has told of itself. */
const threads = new Map();
let state = { models: [], lacks: [], files: { most: 10, megabytes: 20 } };

const answers = createAnswers({ thread: () => current });
const messages = createThread({ act: answers.act });
const composer = createComposer({
  thread: () => current,
  begin: (id) => go(id),
  answers,
  limits: () => state.files,
});

const elsewhere = createElsewhere({
  messages,
  opened: sessionElsewhere,
  changed: () => showThreads(),
});

const setUp = createSetUp({
  busy: answers.busy,
  show: answers.show,
  // What it is then is told once it is back.
  given: () => (isStartingAnew = true),
});
let isStartingAnew = false;

const suggestions = createSuggestions({ write: composer.write });

const CONNECTION = {
  live: 'Live',
  away: 'Not connected – trying again',
  out: 'Signed out.',
};

const stream = follow({
  state(now) {
    const status = byId('connection');
    status.textContent = CONNECTION[now];
    status.className = now;
    if (now === 'out') status.append(' ', howToComeIn());
    if (now === 'live' && isStartingAnew) void startedAnew();
  },
  news({ threads: changed, messages: news, isOlder, hasMore, isRest }) {
    if (isOlder) {
      threads.clear();
      if (sessionElsewhere() === undefined) messages.clear();
    }
    for (const thread of changed) threads.set(thread.thread, thread);
    if (sessionElsewhere() === undefined) messages.show(news, hasMore);
    // What waits for an answer is said at once, whatever is being read out.
    const calling = news.find((one) => one.isCalling && !one.isRemoved);
    if (calling && !isRest) byId('spoken').textContent = calling.headline;
    if (changed.length > 0 || isOlder) showThreads();
  },
});

/** Where people sign in, the page itself leads there. */
function howToComeIn() {
  return state.name === undefined
    ? 'Open the newest address that the program printed.'
    : element('a', { href: location.href, onclick: () => location.reload() }, 'Sign in');
}

/** Where several use the page: who somebody is, and the way out. */
function showName(name) {
  const leave = async () => {
    await post('/page/sign-out', {}).catch(() => {});
    location.assign('/');
  };
  byId('visitor').replaceChildren(
    ...(name === undefined
      ? []
      : [
          element('span', {}, name),
          element('button', { type: 'button', class: 'quiet', onclick: leave }, 'Sign out'),
        ]),
  );
}

/** A link from a chat names a session, and leads to it here. */
function threadInAddress() {
  const opened = new URLSearchParams(location.search).get('open');
  if (opened) history.replaceState(null, '', `/#~${encodeURIComponent(opened)}`);
  const id = decodeURIComponent(location.hash.slice(1));
  return /^(?:~[\w-]{1,80}|[\w-]{8,80})$/.test(id) ? id : undefined;
}

/** The session whose thread is on another platform, where the page shows one. */
function sessionElsewhere() {
  return current?.startsWith('~') ? current.slice(1) : undefined;
}

function go(id) {
  location.hash = id === undefined ? '' : encodeURIComponent(id);
  show(id);
}

function show(id) {
  if (id === current && shownOnce) return;
  shownOnce = true;
  current = id;
  messages.clear();
  byId('answers').replaceChildren();
  byId('spoken').textContent = '';
  document.body.classList.remove('shows-threads');
  byId('show-threads').setAttribute('aria-expanded', 'false');
  elsewhere.show(sessionElsewhere());
  stream.show(sessionElsewhere() === undefined ? id : undefined);
  showThreads();
}

let shownOnce = false;

const STANDINGS = {
  working: 'Working',
  waiting: 'Waiting',
  idle: '',
  closed: 'Closed',
};

function showThreads() {
  const listed = [...threads.values()].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  byId('thread-list').replaceChildren(
    ...listed.map(({ thread, title, standing }) => {
      const said = STANDINGS[standing] ?? '';
      return element(
        'li',
        {},
        element(
          'a',
          {
            href: `/#${encodeURIComponent(thread)}`,
            'aria-current': thread === current ? 'page' : undefined,
          },
          element('span', { class: 'title' }, title ?? 'Untitled'),
          ...(said ? [element('span', { class: `standing ${standing}` }, said)] : []),
        ),
      );
    }),
  );
  const { title, standing } = elsewhere.shown() ?? threads.get(current) ?? {};
  const name = current === undefined ? 'New thread' : (title ?? 'Untitled');
  byId('thread-title').textContent = name;
  byId('thread-standing').textContent = STANDINGS[standing] ?? '';
  byId('thread-standing').className = standing ?? '';
  byId('thread-actions').hidden = current === undefined || elsewhere.shown() !== undefined;
  document.body.classList.toggle('is-elsewhere', elsewhere.shown() !== undefined);
  document.title = `${standing === 'waiting' ? '✋ ' : ''}${name} · ML Intern`;
  const isMute = lacks('model');
  suggestions.show({ isShown: current === undefined && !isMute, hasToken: !lacks('hub') });
  if (!isMute) {
    byId('composer-label').textContent = current === undefined ? 'What do you need?' : 'Reply';
  }
}

const lacks = (what) => state.lacks.some(({ of }) => of === what);

/** The commands that people type, as buttons. */
const ACTIONS = [
  ['Stop', 'stop'],
  ['Undo', 'undo'],
  ['Compact', 'compact'],
  ['Status', 'status'],
];
const OVERVIEWS = ['jobs', 'experiments', 'usage', 'models', 'settings', 'account', 'help'];

function buildButtons() {
  const saying = (label, words) => {
    const press = ({ currentTarget }) => answers.busy(currentTarget, () => composer.say(words));
    return element('button', { type: 'button', class: 'quiet', onclick: press }, label);
  };
  byId('thread-actions').append(...ACTIONS.map(([label, words]) => saying(label, words)), more());
  byId('overviews').append(
    ...OVERVIEWS.map((name) => {
      const press = ({ currentTarget }) => answers.command(name, currentTarget);
      const label = name.charAt(0).toUpperCase() + name.slice(1);
      return element('button', { type: 'button', class: 'quiet', onclick: press }, label);
    }),
  );
}

/** The session's model, effort and approvals, in the form that its menu opens. */
function more() {
  const press = ({ currentTarget }) =>
    answers.act({ name: 'session_menu', values: [], chosen: 'settings' }, currentTarget);
  return element('button', { type: 'button', class: 'quiet', onclick: press }, 'Model, approvals …');
}

/** The program is back, with what it was given. */
async function startedAnew() {
  isStartingAnew = false;
  await readState();
  showThreads();
  composer.focus();
}

async function readState() {
  const response = await fetch('/page/state').catch(() => undefined);
  if (!response?.ok) return;
  state = await response.json();
  byId('lacks').replaceChildren(
    ...state.lacks.map(({ of, blocks: nodes }) =>
      element('section', { class: `lack ${of}`, 'aria-label': 'What is missing' }, ...blocks(nodes)),
    ),
  );
  showName(state.name);
  setUp.show(state.setUp);
  const isMute = lacks('model');
  document.body.classList.toggle('is-mute', isMute);
  composer.turnOff(isMute ? 'Without a model nothing can be asked.' : undefined);
}

byId('new-thread').addEventListener('click', () => {
  go(undefined);
  composer.focus();
});
byId('show-threads').addEventListener('click', ({ currentTarget }) => {
  const isShown = document.body.classList.toggle('shows-threads');
  currentTarget.setAttribute('aria-expanded', String(isShown));
});
addEventListener('hashchange', () => show(threadInAddress()));

buildButtons();
await readState();
show(current);
