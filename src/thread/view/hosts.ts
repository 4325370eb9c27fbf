/*
 * Links say where they lead: one whose label names a host leads there, or its host is shown behind it. Labels
 * are written by models, and by pages that models have read.
 */

/** A label with the host that its link leads to, where it names another one. */
export function honestLabel(label: string, url: string): string {
  const host = otherHost(label, url);
  return host === undefined ? label : `${label} (${host})`;
}

/** Markdown whose links say where they lead. A longer text begins as a shorter one does. */
export function withHosts(markdown: string): string {
  return markdown
    .split(FENCED)
    .map((part, i) => (i % 2 === 1 ? part : part.replace(LINK, shown).replace(DEFINITION, '$1\\[')))
    .join('');
}

/** Blocks of code, closed or not yet. */
const FENCED = /(^ {0,3}```[^\n]*(?:\n(?! {0,3}```)[^\n]*)*(?:\n {0,3}```|(?![\s\S])))/m;

const LINK =
  /(?<!!)\[((?:[^\][\n\\]|\\.){1,300})\]\(<?(https?:\/\/(?:[^\s()<>]|\([^\s()<>]*\)){1,2000})>?(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\)/gi;

/** Where links elsewhere in the text lead: they are written out, so that none leads where it does not say. */
const DEFINITION = /^( {0,3})\[(?=[^\]\n]{1,300}\]:)/gm;

function shown(link: string, label: string, url: string): string {
  const host = otherHost(label, url);
  return host === undefined ? link : `${link} (${host})`;
}

const NAMED = /(?:[\p{L}\p{N}][\p{L}\p{N}\p{M}-]*\.)+[\p{L}]{2,}/gu;

/** What looks like a host, and is a file. */
const FILES = new Set(
  'bin cfg cpp css csv cu gguf gz h5 html ini ipynb jpg js json jsonl log md mp4 npz onnx parquet pdf pkl png pt pth py rs safetensors sh sql tar tex toml tsv txt wav xml yaml yml zip'.split(
    ' ',
  ),
);

function otherHost(label: string, url: string): string | undefined {
  const host = URL.parse(url)?.hostname;
  if (host === undefined) return undefined;
  const named =
    label
      .normalize('NFKC')
      .replace(/[*_`~\\\p{Cf}]/gu, '')
      .match(NAMED) ?? [];
  const isOther = named.some((name) => !FILES.has(name.split('.').at(-1) ?? '') && !leadsTo(name, host));
  return isOther ? host : undefined;
}

/** Whether a host is the named one or one below it, and reads as it is named. */
function leadsTo(name: string, host: string): boolean {
  const plain = name.toLowerCase().replace(/^www\./, '');
  return host === plain || host.endsWith(`.${plain}`);
}
