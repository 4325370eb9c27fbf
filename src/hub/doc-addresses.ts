/** A page of the documentation, and what place of it is meant. */
export type DocAddress = { url: string; anchor: string };

type Sites = { site: string; gradio: string };

/** Short and other names of the Hub's own host. */
const HUB_HOSTS = /^(?:www\.)?(?:huggingface\.co|hf\.co)$/;
const CHARACTERS = 2_000;

/**
 * The page that is meant by an address as people paste it: without a scheme, at hf.co, in brackets, as a
 * path alone, as a link of markdown or of Slack, with what a sentence puts behind it. Undefined where it is
 * none of the documentation.
 */
export function docAddressIn(text: string, { site, gradio }: Sites): DocAddress | undefined {
  const pasted = bare(text.slice(0, CHARACTERS));
  const path = /^\/?(docs|learn)\//.test(pasted) ? `${site}/${pasted.replace(/^\//, '')}` : pasted;
  const url = URL.parse(/^https?:\/\//i.test(path) ? path : `https://${path}`);
  if (url === null) return undefined;
  const base = new URL(site);
  const isHub = HUB_HOSTS.test(url.hostname);
  const hosts = [site, gradio].map((one) => new URL(one).host);
  if (isHub) {
    url.host = base.host;
    url.protocol = base.protocol;
  }
  if (!hosts.includes(url.host)) return undefined;
  const anchor = anchorOf(url.hash);
  url.hash = '';
  url.search = '';
  return { url: url.href.replace(/\.(?:md|html)$/, '').replace(/\/$/, ''), anchor };
}

function bare(text: string): string {
  const [, linked = text] = /\]\(([^()\s]{1,1000})\)/.exec(text) ?? [];
  const trimmed = linked.trim().replace(/^[<"'`(]{1,3}/, '');
  return (trimmed.split(/[|>\s"`]/)[0] ?? '').replace(/[.,;:!?)\]']{1,5}$/, '');
}

function anchorOf(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return hash.slice(1);
  }
}

/** Where the place of that name begins in a page; undefined where it has none. */
export function placeOf(text: string, anchor: string): number | undefined {
  if (anchor === '') return undefined;
  const marks = [`[[${anchor}]]`, `<anchor>${anchor}</anchor>`, `<a id="${anchor}"`, `id="${anchor}"`];
  const marked = marks.map((mark) => text.indexOf(mark)).find((at) => at !== -1);
  if (marked !== undefined) return text.lastIndexOf('\n', marked) + 1;
  const wanted = slugOf(anchor);
  let isCode = false;
  let at = 0;
  for (const line of text.split('\n')) {
    if (/^\s{0,3}(?:```|~~~)/.test(line)) isCode = !isCode;
    if (!isCode && /^#{1,6} /.test(line) && slugOf(line) === wanted) return at;
    at += line.length + 1;
  }
  return undefined;
}

/** Headings become anchors without their signs: "Using `beta` & more" is `using-beta--more`. */
const slugOf = (heading: string): string =>
  heading
    .slice(0, 500)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
