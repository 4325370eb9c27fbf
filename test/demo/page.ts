import { readFileSync } from 'node:fs';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { Message } from 'slack-blocks-to-jsx';
import { type Block, parseBlocks } from '../doubles/slack/rules.ts';
import { BOT, PEOPLE, type SlackMessage } from '../doubles/slack/workspace.ts';

export type Theme = 'light' | 'dark';

const style = readFileSync(new URL(import.meta.resolve('slack-blocks-to-jsx/dist/style.css')), 'utf8');

/** Messages; among them titles of parts of a page, and what a phone shows of a message while it is locked. */
export type ShownOnSlack =
  | Pick<SlackMessage, 'user' | 'bot_id' | 'text' | 'blocks' | 'files' | 'ts'>
  | { heading: string }
  | { push: string };

/** Messages as a page that looks much as Slack shows them, drawn by slack-blocks-to-jsx. */
export function slackPage(
  messages: readonly ShownOnSlack[],
  theme: Theme,
  bytesOf: (fileId: string) => Buffer | undefined = () => undefined,
): string {
  const body = messages.map((message) => {
    if ('heading' in message) return `<h2>${message.heading}</h2>`;
    return 'push' in message ? pushHtml(message.push) : drawn(message, theme, bytesOf);
  });
  return `<!doctype html><html lang="en" class="${theme}"><meta charset="utf-8"><title>Slack</title>
<meta name="viewport" content="width=device-width"><style>${style}${PAGE_STYLE}</style>
<main>${body.join('')}</main></html>`;
}

const users = [
  ...Object.entries(PEOPLE).map(([id, name]) => ({ id, name })),
  { id: BOT.user_id, name: 'ml-intern' },
];

function drawn(
  { user, bot_id, text, blocks, files, ts }: Extract<ShownOnSlack, { ts: unknown }>,
  theme: Theme,
  bytesOf: (fileId: string) => Buffer | undefined,
): string {
  const isBot = bot_id !== undefined;
  const known = parseBlocks(blocks);
  const words = [{ type: 'section', text: { type: 'mrkdwn', text: text || ' ' } }];
  const name = isBot ? 'ML Intern' : (PEOPLE[user] ?? user);
  const message = renderToStaticMarkup(
    createElement(Message, {
      blocks: (known.length > 0 ? known.map(asDrawn) : words) as never, // its types are of an older Block Kit
      name,
      logo: face(isBot ? '🤗' : name.slice(0, 1), isBot ? '#ffd21e' : '#5b7bb3'),
      time: new Date(Number(ts) * 1000),
      theme,
      data: { users, channels: [], user_groups: [] },
    }),
  );
  const attached = (files ?? []).map(({ id, name: file }) => fileHtml(String(file), bytesOf(String(id))));
  return `<article class="${isBot ? 'bot' : 'person'}">${message}${attached.join('')}</article>`;
}

const SIGNS = { complete: '✅', in_progress: '🔄', error: '⚠️', pending: '⚪' } as const;

/** What draws them knows tables of the older kind alone, whose cells are words, and no plans. */
function asDrawn(block: Block): object {
  if (block.type === 'plan') {
    const tasks = (block.tasks ?? []).map(({ status, title }) => `${SIGNS[status]}  ${title}`);
    return { type: 'section', text: { type: 'mrkdwn', text: [`*${block.title}*`, ...tasks].join('\n') } };
  }
  if (block.type !== 'data_table') return block;
  const rows = block.rows.map((row) =>
    row.map((cell) => (cell.type === 'raw_number' ? { type: 'raw_text', text: cell.text } : cell)),
  );
  return { type: 'table', rows };
}

/** How the notifications among messages look. */
export const PUSH_STYLE = `
p.push { font-size:13px; margin:10px 0 0; padding:8px 12px; border-radius:14px; background:#8882; overflow-wrap:anywhere }
p.push b { display:block; font-size:11px; letter-spacing:.04em; opacity:.6 }
`;

/** A notification as a locked phone shows it; names instead of ids. */
export const pushHtml = (text: string): string =>
  `<p class="push"><b>🔔 on a locked phone</b>${escapeHtml(text)}</p>`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const face = (letter: string, color: string): string =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="8" fill="${color}"/><text x="18" y="25" font-size="18" text-anchor="middle" fill="#fff">${letter}</text></svg>`,
  )}`;

function fileHtml(name: string, bytes: Buffer | undefined): string {
  if (!name.endsWith('.png') || bytes === undefined) return `<div class="file">📄 ${name}</div>`;
  return `<div class="file"><img src="data:image/png;base64,${bytes.toString('base64')}" alt="${name}"></div>`;
}

/** What is around messages; only apps have a badge. */
const PAGE_STYLE = `
body { margin:0; background:#fff; font-family:"Lato","DejaVu Sans","Noto Sans",sans-serif }
html.dark, html.dark body { background:#1a1d21; color:#d1d2d3 }
${PUSH_STYLE}
main { max-width:720px; margin:0 auto; padding:12px }
article { padding:6px 0 } article.person .slack_blocks_to_jsx--header > div:nth-child(2) { display:none }
h2 { font-size:13px; text-transform:uppercase; letter-spacing:.06em; opacity:.6; margin:22px 0 4px }
.file { margin:4px 0 0 46px; border:1px solid #8884; border-radius:8px; padding:8px 12px; display:inline-block }
.slack_blocks_to_jsx__markdown li, main li p, main ul { margin-block:0; white-space:normal }
.slack_blocks_to_jsx__section .grid { gap:4px 16px }
.file img { max-width:420px; width:100% }
`;
