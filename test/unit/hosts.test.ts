import { expect, test } from 'vitest';
import { STYLE as DISCORD } from '../../adapters/discord/style.ts';
import { STYLE as SLACK } from '../../adapters/slack/style.ts';
import { honestLabel, withHosts } from '../../src/thread/view/hosts.ts';

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
    expect(withHosts(`see [${label}](${url}) now`)).toBe(`see [${label}](${url}) (${host}) now`);
    expect(SLACK.link(url, label)).toContain(host);
    expect(DISCORD.link(url, label).replaceAll('\\', '')).toContain(`(${host})`);
  }
});

test('other labels stay as they are', () => {
  for (const [label, url] of HONEST) {
    expect(honestLabel(label, url)).toBe(label);
    expect(withHosts(`see [${label}](${url} "title"), now`)).toBe(`see [${label}](${url} "title"), now`);
  }
});

test('code is no link, and a longer text begins as a shorter one does', () => {
  const text =
    'see [a.com](http://b.com)\n```md\n[a.com](http://b.com)\n```\nand [c.com](<http://b.com>)\n```\n[a.com](http://b.com)';
  const whole = withHosts(text);
  expect(whole).toBe(
    'see [a.com](http://b.com) (b.com)\n```md\n[a.com](http://b.com)\n```\nand [c.com](<http://b.com>) (b.com)\n```\n[a.com](http://b.com)',
  );
  for (let end = 0; end <= text.length; end++) {
    expect(whole.startsWith(withHosts(text.slice(0, end)))).toBe(true);
  }
});

test('links whose address stands elsewhere in the text are written out', () => {
  expect(withHosts('[github.com][1]\n\n[1]: http://evil.example')).toBe(
    '[github.com][1]\n\n\\[1]: http://evil.example',
  );
});
