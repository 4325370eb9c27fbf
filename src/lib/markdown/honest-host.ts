/*
 * Links say where they lead: one whose label names a host leads there, or its host is shown behind it. Labels
 * are written by models, and by pages that models have read.
 */

/** A label with the host that its link leads to, where it names another one. */
export function honestLabel(label: string, url: string): string {
  const host = honestHost(label, url);
  return host === undefined ? label : `${label} (${host})`;
}

const NAMED = /(?:[\p{L}\p{N}][\p{L}\p{N}\p{M}-]*\.)+[\p{L}]{2,}/gu;

/** What looks like a host, and is a file. */
const FILES = new Set(
  'bin cfg cpp css csv cu gguf gz h5 html ini ipynb jpg js json jsonl log md mp4 npz onnx parquet pdf pkl png pt pth py rs safetensors sh sql tar tex toml tsv txt wav xml yaml yml zip'.split(
    ' ',
  ),
);

/** The host that a link leads to, where its label names another one. */
export function honestHost(label: string, url: string): string | undefined {
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
