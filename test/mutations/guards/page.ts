import type { Mutation } from '../mutation.ts';

const ELSEWHERE = 'other machines, and names that lead here';
const OTHERS = 'other pages of the same browser, and servers at other ports, which have its cookie';
const GUESSED = 'who guesses, or has read an old address';
const WRITTEN = 'scripts, styles, pictures and links in what models, tools and people write';
const GIVEN = 'what the bot works with, given by somebody else than whoever runs it';
const KEPT = 'a token that was given shows elsewhere, or is written where others read it';
const TURNED = 'signs that turn the order in which text is read';

const SHARED = 'whoever reaches a page that several use';
const SITES = 'other sites, which have the browser of somebody who is signed in there';
const UNREAD = 'threads of Slack and Discord, opened on the page by who may not read them there';
const AS_OTHERS = 'people of a page who speak or decide as somebody else';

const DOOR = 'adapters/web/door.ts';
const HUB_DOOR = 'adapters/web/hub-door.ts';
const SIGN_IN = 'adapters/web/hub-sign-in.ts';
const TREE = 'adapters/web/tree.ts';

/** Every page of the browser changes what it likes. */
const ANY_ORIGIN = {
  file: DOOR,
  text: "if (does === 'change' && headers.origin?.toLowerCase() !== origin) return { refusal: OTHER_PAGE };",
  becomes: '',
};

/** Whoever asks is in. */
const ANYBODY = {
  file: DOOR,
  text: 'return isOwner(reader) ? { visitor: VISITOR } : { refusal: NOT_SIGNED_IN };',
  becomes: 'return { visitor: VISITOR };',
};

/** Every address is one that a page may lead to. */
const ANY_LINK = {
  file: TREE,
  text: ': linkable(url);',
  becomes: ': url;',
};

/** Of "The page". */
export const PAGE: readonly Mutation[] = [
  {
    threat: ELSEWHERE,
    file: DOOR,
    text: "return hosts.has(headers.host?.toLowerCase() ?? '') ? undefined : WRONG_HOST;",
    becomes: 'return undefined;',
    test: 'unit/page-door',
    title: 'is refused with',
  },
  {
    threat: ELSEWHERE,
    file: DOOR,
    text: 'if (!isLoopback(socket.remoteAddress)) return OTHER_MACHINE;',
    becomes: '',
    test: 'unit/page-door',
    title: 'is refused from',
  },
  {
    threat: ELSEWHERE,
    file: 'adapters/web/platform.ts',
    text: ' ? [] : [ELSEWHERE]',
    becomes: ' ? [] : []',
    test: 'unit/settings',
    title: 'with a line on why',
  },
  { threat: OTHERS, ...ANY_ORIGIN, test: 'unit/page-door', title: 'changes nothing for a page of' },
  { threat: OTHERS, ...ANY_ORIGIN, test: 'soak/page-http', title: 'what other pages of the browser ask' },
  {
    threat: GUESSED,
    file: DOOR,
    text: 'if (!isSame(given, token)) return undefined;\n    token = next();',
    becomes: 'if (!isSame(given, token)) return undefined;',
    test: 'unit/page-door',
    title: 'signs one browser in',
  },
  { threat: GUESSED, ...ANYBODY, test: 'unit/page-door', title: 'whoever holds nothing of ours' },
  { threat: GUESSED, ...ANYBODY, test: 'soak/page-http', title: 'who is not signed in gets nothing' },
  { threat: WRITTEN, ...ANY_LINK, test: 'unit/page-tree', title: 'is nodes that are known' },
  { threat: WRITTEN, ...ANY_LINK, test: 'soak/page-http', title: 'a browser is sent letters and nodes' },
  {
    threat: WRITTEN,
    file: 'adapters/web/page/nodes.js',
    text: "  if (protocol !== 'https:' && protocol !== 'http:') return element('span', {}, ...inline(c));\n",
    becomes: '',
    test: 'soak/page-browser',
    title: 'does nothing in a browser',
  },
  {
    threat: GIVEN,
    file: 'src/app/set-up.ts',
    text: 'connects?.every((one) => tellsWhatIsMissing(one, wholly(config))) ?? false',
    becomes: 'connects !== undefined',
    test: 'integration/set-up',
    title: 'where people of a chat use the bot',
  },
  { threat: GIVEN, ...ANYBODY, test: 'integration/set-up', title: 'by who is not signed in' },
  {
    threat: GIVEN,
    file: 'adapters/web/set-up.ts',
    text: 'if (made.length >= MOST_TRIES) return false;',
    becomes: '',
    test: 'integration/set-up',
    title: 'more often than ten times a minute',
  },
  {
    threat: KEPT,
    file: 'src/app/set-up.ts',
    text: 'redaction.learn([secret])',
    becomes: 'redaction.learn([])',
    test: 'integration/set-up',
    title: 'known to the redaction',
  },
  {
    threat: KEPT,
    file: 'src/config/dotenv-file.ts',
    text: "if (way.startsWith('..') || isAbsolute(way)) {",
    becomes: 'if (isAbsolute(way)) {',
    test: 'unit/dotenv-file',
    title: 'a link that leads out of its directory',
  },
  {
    threat: TURNED,
    file: TREE,
    text: 'text.replace(TURNS, ',
    becomes: 'text.replace(/(?!)/g, ',
    test: 'unit/page-tree',
    title: 'turns nothing that stands around it',
  },
  {
    threat: SHARED,
    file: HUB_DOOR,
    text: 'if (!isListed(user)) {',
    becomes: 'if (user.name.length > 1_000) {',
    test: 'integration/page-sign-in',
    title: 'is held against the list',
  },
  {
    threat: SHARED,
    file: HUB_DOOR,
    text: 'return user.success && isListed(user.data)',
    becomes: 'return user.success',
    test: 'integration/page-sign-in',
    title: 'is out once the settings name them no more',
  },
  {
    threat: SHARED,
    file: SIGN_IN,
    text: "({ roleInOrg, securityRestrictions }) => roleInOrg !== 'no_access' && securityRestrictions.length === 0,",
    becomes: '() => true,',
    test: 'integration/page-sign-in',
    title: 'is held against the list',
  },
  {
    threat: SHARED,
    file: SIGN_IN,
    text: 'if (!held.success) throw new SignInRefused(NOT_BEGUN_HERE);',
    becomes: "if (!held.success) return { user: { id: 'x', name: 'ada', orgs: [] }, to: '/' };",
    test: 'integration/page-sign-in',
    title: 'is refused where it was made up',
  },
  {
    threat: SHARED,
    file: HUB_DOOR,
    text: 'return /^[\\w-]{1,80}$/.test(open) ? open : undefined;',
    becomes: 'return open;',
    test: 'integration/page-sign-in',
    title: 'never leads to another site',
  },
  {
    threat: SITES,
    file: HUB_DOOR,
    text: "if (does === 'change' && headers.origin?.toLowerCase() !== url.origin) return { refusal: OTHER_PAGE };",
    becomes: '',
    test: 'integration/page-sign-in',
    title: 'changes nothing for another page',
  },
  {
    threat: SITES,
    file: HUB_DOOR,
    text: "if (!isOwn && !(does === 'visit' && isVisit(request))) return { refusal: OTHER_PAGE };",
    becomes: '',
    test: 'integration/page-sign-in',
    title: 'is shown nothing in another page',
  },
  {
    threat: AS_OTHERS,
    file: 'src/session/store/boards.ts',
    text: "and ${boardMessages.author}->>'id' is not distinct from ${author?.id ?? null}::text`",
    becomes: '`',
    test: 'e2e/page-people',
    title: 'each as themselves',
  },
  {
    threat: UNREAD,
    file: 'src/controller/elsewhere.ts',
    text: 'if (!(await mayRead(parts, identity, session, withinMs))) continue;',
    becomes: '',
    test: 'unit/elsewhere',
    title: 'is not there where',
  },
  {
    threat: UNREAD,
    file: 'src/controller/elsewhere.ts',
    text: 'if (!(await mayRead(parts, identity, session, withinMs))) continue;',
    becomes: '',
    test: 'e2e/elsewhere',
    title: 'and for nobody else',
  },
];
