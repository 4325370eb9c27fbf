import { Marked } from 'marked';
import { parseBlocks } from '../doubles/slack/rules.ts';
import { PEOPLE, type SlackMessage } from '../doubles/slack/workspace.ts';

const markdown = new Marked({ gfm: true });

/** A thread as a page that looks much as Slack shows it. */
export function threadPage(
  messages: readonly SlackMessage[],
  theme: 'light' | 'dark',
  bytesOf: (fileId: string) => Buffer | undefined,
): string {
  return `<!doctype html><html lang="en" class="${theme}"><meta charset="utf-8"><title>Thread</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style>
<main>${messages.map((message) => messageHtml(message, bytesOf)).join('')}</main></html>`;
}

function messageHtml(message: SlackMessage, bytesOf: (fileId: string) => Buffer | undefined): string {
  const isBot = message.bot_id !== undefined;
  const name = isBot ? 'ML Intern' : (PEOPLE[message.user] ?? message.user);
  const blocks = parseBlocks(message.blocks);
  const body = blocks.length > 0 ? blocks.map(blockHtml).join('') : `<p>${mrkdwn(message.text)}</p>`;
  const files = (message.files ?? [])
    .map(({ id, name }) => fileHtml(String(name), bytesOf(String(id))))
    .join('');
  const time = new Date(Number(message.ts) * 1000).toISOString().slice(11, 16);
  return `<article><div class="face ${isBot ? 'bot' : ''}">${isBot ? '🤗' : name[0]}</div>
<div class="body"><header><b>${name}</b>${isBot ? '<span class="app">APP</span>' : ''}<time>${time}</time></header>${body}${files}</div></article>`;
}

function fileHtml(name: string, bytes: Buffer | undefined): string {
  if (!name.endsWith('.png') || bytes === undefined) return `<div class="file">📄 ${name}</div>`;
  return `<div class="context">${name}</div><img src="data:image/png;base64,${bytes.toString('base64')}">`;
}

function blockHtml(block: ReturnType<typeof parseBlocks>[number]): string {
  switch (block.type) {
    case 'section': {
      const text = block.text ? `<p>${mrkdwn(block.text.text)}</p>` : '';
      const fields = (block.fields ?? []).map((field) => `<div>${mrkdwn(field.text)}</div>`).join('');
      return text + (fields ? `<div class="fields">${fields}</div>` : '');
    }
    case 'context':
      return `<div class="context">${block.elements.map((element) => mrkdwn(element.text)).join(' ')}</div>`;
    case 'actions':
      return `<div class="actions">${block.elements
        .map((element) =>
          element.type === 'button'
            ? `<button class="${element.style ?? ''}">${element.text.text}</button>`
            : element.type === 'overflow'
              ? '<button>⋯</button>'
              : `<button>${(element.initial_option ?? element.options[0])?.text.text} ⌄</button>`,
        )
        .join('')}</div>`;
    case 'context_actions':
      return '<div class="context rate">👍 👎</div>';
    case 'markdown':
      return `<div class="markdown">${markdown.parse(block.text)}</div>`;
    case 'divider':
      return '<hr>';
    case 'header':
      return `<h3>${block.text.text}</h3>`;
    default:
      return block satisfies never;
  }
}

/** Slack's own markup; the text is escaped already. */
function mrkdwn(text: string): string {
  return text
    .split(/(```[\s\S]*?```)/)
    .map((part) =>
      part.startsWith('```')
        ? `<pre>${part.slice(3, -3).trim()}</pre>`
        : part
            .replace(/<!date\^(\d+)\^[^>]*>/g, (_whole, unix: string) =>
              new Date(Number(unix) * 1000).toISOString().slice(11, 16),
            )
            .replace(/<@(\w+)>/g, (_whole, id: string) => `<a>@${PEOPLE[id] ?? 'ML Intern'}</a>`)
            .replace(/<(https?:[^|>]+)\|([^>]+)>/g, '<a href="$1">$2</a>')
            .replace(/`([^`\n]+)`/g, '<code>$1</code>')
            .replace(/\*([^*\n]+)\*/g, '<b>$1</b>')
            .replace(/(^|\s)_([^_\n]+)_(?=\s|$)/g, '$1<i>$2</i>')
            .replaceAll('\n', '<br>'),
    )
    .join('');
}

const STYLE = `
:root { --bg:#fff; --fg:#1d1c1d; --dim:#616061; --line:#ddd; --code:#f6f6f6; --link:#1264a3; }
.dark { --bg:#1a1d21; --fg:#d1d2d3; --dim:#ababad; --line:#3c3f44; --code:#222529; --link:#1d9bd1; }
body { margin:0; background:var(--bg); color:var(--fg); font:15px/1.46 "Lato","DejaVu Sans",sans-serif; }
main { max-width:760px; margin:0 auto; padding:16px; }
article { display:flex; gap:10px; padding:7px 0; }
.face { width:36px; height:36px; flex:none; border-radius:8px; background:#5b7bb3; color:#fff; display:grid; place-items:center; font-weight:bold; font-size:18px }
.face.bot { background:#ffd21e; }
.body { min-width:0; flex:1 } header b { font-weight:900 } time { color:var(--dim); font-size:12px; margin-left:8px }
.app { background:var(--line); color:var(--dim); font-size:10px; border-radius:3px; padding:1px 3px; margin-left:6px }
p { margin:4px 0; overflow-wrap:anywhere } a { color:var(--link); text-decoration:none }
pre { background:var(--code); border:1px solid var(--line); border-radius:4px; padding:8px; font:12px/1.5 "DejaVu Sans Mono",monospace; overflow-x:auto; margin:4px 0; white-space:pre-wrap; overflow-wrap:anywhere }
code { background:var(--code); border:1px solid var(--line); border-radius:3px; color:#e01e5a; font:12px "DejaVu Sans Mono",monospace; padding:1px 3px }
pre code { border:0; color:inherit; padding:0 }
.fields { display:grid; grid-template-columns:1fr 1fr; gap:8px; margin:6px 0 } @media (max-width:480px) { .fields { grid-template-columns:1fr } }
.context { color:var(--dim); font-size:12.5px; margin:6px 0 }
.actions { display:flex; gap:8px; margin:8px 0 } button { font:bold 13px sans-serif; padding:7px 12px; border-radius:4px; border:1px solid var(--line); background:var(--bg); color:var(--fg) }
button.primary { background:#007a5a; border-color:#007a5a; color:#fff } button.danger { color:#e01e5a; border-color:#e01e5a }
img { max-width:420px; width:100%; border:1px solid var(--line); border-radius:8px } .file { border:1px solid var(--line); border-radius:8px; padding:10px; display:inline-block }
table { border-collapse:collapse; margin:6px 0 } th,td { border:1px solid var(--line); padding:4px 8px; text-align:left } thead:has(th:empty) { display:none }
`;
