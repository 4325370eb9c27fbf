import { ButtonStyle } from 'discord-api-types/v10';
import { type DiscordMessage, PEOPLE } from '../doubles/discord/guild.ts';
import type { Component } from '../doubles/discord/rules.ts';
import { PUSH_STYLE, pushHtml, type Theme } from './page.ts';

export type ShownOnDiscord =
  | Pick<DiscordMessage, 'author' | 'content' | 'components' | 'attachments'>
  | { heading: string }
  | { push: string };

/**
 * Messages as a page that looks much as Discord shows them. Drawn here because no library draws containers of
 * Components V2 yet.
 */
export function discordPage(messages: readonly ShownOnDiscord[], theme: Theme = 'dark'): string {
  const body = messages.map((message) => {
    if ('heading' in message) return `<h2>${message.heading}</h2>`;
    return 'push' in message ? pushHtml(message.push) : messageHtml(message);
  });
  return `<!doctype html><html lang="en" class="${theme}"><meta charset="utf-8"><title>Discord</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}${PUSH_STYLE}</style><main>${body.join('')}</main></html>`;
}

function messageHtml({
  author,
  content,
  components,
  attachments,
}: Extract<ShownOnDiscord, { author: unknown }>): string {
  const name = author.bot ? 'ML Intern' : (author.global_name ?? author.username);
  const files = attachments.map(({ filename, bytes }) =>
    filename.endsWith('.png')
      ? `<img src="data:image/png;base64,${bytes.toString('base64')}" alt="${filename}">`
      : `<div class="file">📄 ${filename}</div>`,
  );
  return `<article><div class="face">${author.bot ? '🤗' : name.slice(0, 1)}</div><div><header><b class="${author.bot ? 'bot' : ''}">${name}</b>${author.bot ? '<span>APP</span>' : ''}</header>${markdown(content)}${components.map(partHtml).join('')}${files.join('')}</div></article>`;
}

/**
 * By Discord's component types: 1 row, 9 section, 10 text, 12 gallery, 13 file, 14 separator, 17 container.
 */
function partHtml(part: Component): string {
  switch (part.type) {
    case 17: {
      const color =
        part.accent_color === undefined ? '#4e5058' : `#${part.accent_color.toString(16).padStart(6, '0')}`;
      return `<section style="border-left-color:${color}">${part.components.map(partHtml).join('')}</section>`;
    }
    case 1:
      return `<div class="row">${part.components.map(controlHtml).join('')}</div>`;
    case 10:
      return markdown(part.content);
    case 9:
      return `<div class="beside"><div>${part.components.map(partHtml).join('')}</div>${controlHtml(part.accessory)}</div>`;
    case 12:
    case 13:
      return ''; // drawn as the message's files
    default:
      return '<hr>';
  }
}

type Control = Extract<Component, { type: 1 }>['components'][number];

const BUTTONS: Readonly<Record<number, string>> = {
  [ButtonStyle.Primary]: 'primary',
  [ButtonStyle.Success]: 'success',
  [ButtonStyle.Danger]: 'danger',
};

function controlHtml(control: Control): string {
  if (control.type === 2) {
    return `<button class="${BUTTONS[control.style] ?? ''}">${escaped(control.label ?? control.emoji?.name ?? '')}</button>`;
  }
  const chosen = control.type === 3 ? control.options.find((option) => option.default)?.label : undefined;
  return `<div class="select">${escaped(chosen ?? control.placeholder ?? '')}<i>⌄</i></div>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function markdown(text: string): string {
  return text
    .split(/(```[\s\S]*?```)/)
    .map((part) =>
      part.startsWith('```') ? `<pre>${escaped(part.slice(3, -3).replace(/^\w*\n/, ''))}</pre>` : lines(part),
    )
    .join('');
}

function lines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      if (line.startsWith('-# ')) return `<p class="small">${inline(line.slice(3))}</p>`;
      if (line.startsWith('### ')) return `<h3>${inline(line.slice(4))}</h3>`;
      return `<p>${inline(line)}</p>`;
    })
    .join('');
}

const inline = (line: string): string =>
  escaped(line)
    .replace(/&lt;t:(\d+):\w&gt;/g, (_whole, unix: string) =>
      new Date(Number(unix) * 1000).toISOString().slice(0, 16).replace('T', ' '),
    )
    .replace(/&lt;@!?(\d+)&gt;/g, (_whole, id: string) => {
      const person = Object.values(PEOPLE).find((item) => item.id === id);
      return `<a class="mention">@${person?.global_name ?? 'ml-intern'}</a>`;
    })
    .replace(/(?<!\\)\[((?:\\.|[^\]\\])*)\]\(&lt;([^&]*)&gt;\)/g, '<a href="$2">$1</a>')
    .replace(/(?<!\\)\[((?:\\.|[^\]\\])*)\]\((https?:[^)]*)\)/g, '<a href="$2">$1</a>')
    .replace(/(?<!\\)`([^`]+)`/g, '<code>$1</code>')
    .replace(/(?<!\\)\*\*((?:\\.|[^*\\])+)\*\*/g, '<b>$1</b>')
    .replace(/(?<![\\*])\*((?:\\.|[^*\\])+)\*/g, '<i>$1</i>')
    .replace(/\\([\\*_~`|>#[\]()-])/g, '$1')
    .replace(/\\(&gt;|&lt;)/g, '$1');

/** Colours by their use, dark and light, as its clients have them. */
const COLORS = {
  ground: ['#313338', '#ffffff'],
  words: ['#dbdee1', '#2e3338'],
  strong: ['#ffffff', '#060607'],
  small: ['#949ba4', '#5c5e66'],
  link: ['#00a8fc', '#006ce7'],
  mention: ['#3c4270', '#e6e8fd'],
  mentioned: ['#c9cdfb', '#505cdc'],
  card: ['#2b2d31', '#f2f3f5'],
  edge: ['#232428', '#e3e5e8'],
  code: ['#1e1f22', '#e3e5e8'],
  button: ['#4e5058', '#6d6f78'],
} as const;

const colors = (of: 0 | 1): string =>
  Object.entries(COLORS)
    .map(([name, values]) => `--${name}:${values[of]}`)
    .join(';');

const STYLE = `
html.dark { ${colors(0)} } html.light { ${colors(1)} }
body { margin:0; background:var(--ground); color:var(--words); font:16px/1.375 "gg sans","Noto Sans","DejaVu Sans",sans-serif }
main { max-width:720px; margin:0 auto; padding:12px } article { display:flex; gap:14px; padding:8px 0 } article > div:last-child { min-width:0; flex:1 }
.face { width:40px; height:40px; flex:none; border-radius:50%; background:#5865f2; display:grid; place-items:center; font-size:20px }
header b { color:var(--strong); font-weight:500 } header span { background:#5865f2; color:#fff; font-size:10px; border-radius:3px; padding:1px 4px; margin-left:6px; vertical-align:2px }
p { margin:2px 0; overflow-wrap:anywhere } .small { color:var(--small); font-size:13px } h3 { margin:4px 0; font-size:16px; color:var(--strong) } a { color:var(--link); text-decoration:none } .mention { background:var(--mention); color:var(--mentioned); border-radius:3px; padding:0 2px }
ul { margin:2px 0; padding-left:22px }
section { background:var(--card); border:1px solid var(--edge); border-left:4px solid; border-radius:8px; padding:10px 14px; margin:4px 0; max-width:560px }
pre { background:var(--code); border:1px solid var(--edge); border-radius:4px; padding:8px; font:13px/1.4 "DejaVu Sans Mono",monospace; white-space:pre-wrap; overflow-wrap:anywhere; margin:6px 0 } code { background:var(--code); border-radius:3px; padding:1px 4px; font:13px "DejaVu Sans Mono",monospace }
.beside { display:flex; gap:12px; align-items:flex-start } .beside > div { flex:1; min-width:0 }
.row { display:flex; flex-wrap:wrap; gap:8px; margin:8px 0 2px; max-width:560px } button { border:0; border-radius:8px; padding:8px 14px; background:var(--button); color:#fff; font:500 14px inherit } .primary { background:#5865f2 } .success { background:#248046 } .danger { background:#da373c }
.select { background:var(--code); border-radius:8px; padding:8px 12px; width:100%; display:flex; justify-content:space-between; font-size:14px } .file { border:1px solid var(--button); border-radius:8px; padding:8px 12px; display:inline-block } img { max-width:420px; width:100%; border-radius:8px }
h2 { font-size:12px; text-transform:uppercase; letter-spacing:.06em; color:var(--small); margin:20px 0 2px }
@media (max-width: 480px) { pre { font-size:11.5px; line-height:1.35 } main { padding:10px } article { gap:10px } .face { width:32px; height:32px; font-size:16px } }
`;
