import { expect, test } from 'vitest';
import { MARKDOWN as ON_DISCORD } from '../../adapters/discord/dialect.ts';
import { STYLE as DISCORD } from '../../adapters/discord/style.ts';
import { MARKDOWN as ON_SLACK } from '../../adapters/slack/dialect.ts';
import { STYLE as SLACK } from '../../adapters/slack/style.ts';
import { honestLabel } from '../../src/lib/markdown/honest-host.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';

const onBoth = (markdown: string): string[] =>
  [ON_SLACK, ON_DISCORD].map((dialect) => printMarkdown(markdown, dialect, 3_000).join('\n'));

const MISLEADING: readonly (readonly [label: string, url: string])[] = [
  ['huggingface.co/ada/bert', 'https://evil.example/ada/bert'],
  ['https://huggingface.co', 'https://evil.example/huggingface.co'],
  ['**github.com**', 'http://evil.example'],
  ['`github.com`', 'http://evil.example'],
  ['the card at HuggingFace.co', 'https://huggingface.co.evil.example/'],
  ['huggingface.co@evil.example', 'https://huggingface.co@evil.example/'],
  ['hugging\u200bface.co', 'https://evil.example/'],
  ['ｇｉｔｈｕｂ．ｃｏｍ', 'https://evil.example/'],
  ['gіthub.com', 'https://gіthub.com/'],
  ['www.github.com', 'https://github.com.evil.example'],
  ['github\\.com', 'https://evil.example/a_(b)'],
];
const HONEST: readonly (readonly [label: string, url: string])[] = [
  ['huggingface.co/ada/bert', 'https://huggingface.co/ada/bert'],
  ['www.github.com', 'https://github.com/a'],
  ['huggingface.co', 'https://www.huggingface.co/'],
  ['huggingface.co', 'https://hub.huggingface.co/'],
  ['train.py', 'https://huggingface.co/ada/bert/blob/main/train.py'],
  ['README.md', 'https://github.com/a/b/blob/main/README.md'],
  ['model-00001.safetensors', 'https://huggingface.co/ada/bert'],
  ['ada/bert', 'https://huggingface.co/ada/bert'],
  ['v1.2.3', 'https://github.com/a/b/releases'],
  ['Llama 3.1', 'https://huggingface.co/meta-llama'],
  ['e.g. this', 'https://huggingface.co/'],
];

test('a label that names another host than its link leads to has that host behind it', () => {
  for (const [label, url] of MISLEADING) {
    const host = new URL(url).hostname;
    expect(honestLabel(label, url)).toBe(`${label} (${host})`);
    for (const shown of onBoth(`see [${label}](<${url}>) now`))
      expect(shown.replaceAll('\\', '')).toContain(host);
    expect(SLACK.link(url, label)).toContain(host);
    expect(DISCORD.link(url, label).replaceAll('\\', '')).toContain(`(${host})`);
  }
});

test('other labels stay as they are', () => {
  for (const [label, url] of HONEST) {
    expect(honestLabel(label, url)).toBe(label);
    for (const shown of onBoth(`see [${label}](${url} "title") now`))
      expect(shown).toMatch(/\) now$|\S now$/);
    for (const shown of onBoth(`see [${label}](${url}) now`)) expect(shown).not.toContain(') (');
  }
});

test('code is no link, and references lead where they say', () => {
  expect(onBoth('see [a.com](http://b.com) and `[a.com](http://b.com)`')).toEqual([
    'see [a.com](http://b.com) (b.com) and `[a.com](http://b.com)`',
    'see [a.com](http://b.com) (b.com) and `[a.com](http://b.com)`',
  ]);
  expect(onBoth('[github.com][1]\n\n[1]: http://evil.example')).toEqual([
    '[github.com](http://evil.example) (evil.example)',
    '[github.com](http://evil.example) (evil.example)',
  ]);
});
