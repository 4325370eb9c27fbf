/**
 * arXiv's ids, new and old (https://info.arxiv.org/help/arxiv_identifier.html); versions and classes of
 * subjects (`math.GT/0309136`) are left off, as arXiv itself does in links.
 */
const ID =
  /(?:(?<!\d|\d\.)(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})|(?<![\w-])([a-z]{1,8}(?:-[a-z]{2,4})?)(?:\.[a-z]{2,5}(?:-[a-z]{2,4})?)?\/(\d{2}(?:0[1-9]|1[0-2])\d{3}))(?:v\d{1,3})?(?!\d|\.\d)/gi;

/** They began in April 2007, and have five digits at their end since January 2015. */
const isGiven = (id: string): boolean => {
  const [month = '', number = ''] = id.split('.');
  return month >= '0704' && (number.length === 5) === month >= '1501';
};

/** Who gave ids before 2007: https://info.arxiv.org/help/arxiv_identifier.html, "archive". */
const ARCHIVES = new Set(
  [
    'astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph math cs',
    'q-bio stat eess econ q-fin acc-phys adap-org alg-geom ao-sci atom-ph bayes-an chao-dyn chem-ph cmp-lg',
    'comp-gas dg-ga funct-an mtrl-th patt-sol plasm-ph q-alg solv-int supr-con',
  ]
    .join(' ')
    .split(' '),
);

/** A longer text is none that somebody takes for an id or an address. */
const CHARACTERS = 2_000;

/**
 * The id of the one paper that is named, in any form that people paste: an id, with `arXiv:` or a version,
 * an address of arXiv, of the Hub's papers or of another place that has arXiv's ids in its addresses, in
 * brackets, as a link of markdown or of Slack. Undefined where no paper is named, or several.
 */
export function arxivIdIn(text: string): string | undefined {
  const found = new Set<string>();
  for (const [, fresh, archive, number] of decoded(text.slice(0, CHARACTERS).normalize('NFKC')).matchAll(
    ID,
  )) {
    if (fresh !== undefined && isGiven(fresh)) found.add(fresh);
    const name = archive?.toLowerCase() ?? '';
    if (ARCHIVES.has(name)) found.add(`${name}/${number}`);
  }
  const [id, another] = found;
  return another === undefined ? id : undefined;
}

/** What stands in the query of another address is escaped; arXiv's name stands before ids. */
const decoded = (text: string): string =>
  text.replace(/%(?:2f|3a|3f|26)/gi, (code) => decodeURIComponent(code)).replace(/arxiv ?[.:] ?/gi, ' ');
