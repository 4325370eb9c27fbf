import type { Looked } from '../../hub/datasets.ts';
import { cut, wholeBeginning } from '../../lib/cut.ts';
import { piece } from '../../lib/output.ts';
import type { PaperSection, PaperText } from '../../parse-apart/parsers/paper.ts';

/* What is told of the text of a paper: its contents, and one section with its parts. */

const PREVIEW = 200;
/** Of a book with hundreds of sections the headings have to do. */
const PREVIEWED = 60;
const PIECE = 16_000;

/** The abstract and what sections there are, from a character on where it is long. */
export function contentsText(id: string, paper: PaperText, offset: number): Looked<string> {
  const { title, abstract, sections, url } = paper;
  const named = sections.filter(({ isRunIn }) => !isRunIn);
  const listed = named.length > 0 ? named : sections;
  const lines = listed.map((section) => {
    const preview = listed.length > PREVIEWED ? '' : previewOf(paper, section);
    return `${'  '.repeat(section.level - 1)}- ${section.title}${preview && `: ${preview}`}`;
  });
  const text = [
    ...(abstract === '' ? [] : [`\n${abstract}`]),
    '\nSections (read one with `section`, by number or title):',
    ...lines,
  ].join('\n');
  return pieceOf(`# ${title || id}\n${url}`, text, offset);
}

function previewOf({ sections }: PaperText, section: PaperSection): string {
  const [next] = sections.slice(sections.indexOf(section) + 1);
  const text = section.text || (next?.isRunIn ? next.text : '');
  return cut(wholeBeginning(text, 4 * PREVIEW).replace(/\s+/g, ' '), PREVIEW);
}

/** A section with its parts, from a character on; an unknown name tells which there are. */
export function sectionText(id: string, paper: PaperText, wanted: string, offset: number): Looked<string> {
  const work = workAt(paper, wanted);
  if (work !== undefined) return { ok: true, value: `${paper.url}\n\n${work}` };
  const at = sectionAt(paper, wanted);
  if (at === -1 && folded(wanted) === 'abstract' && paper.abstract !== '')
    return pieceOf(`${paper.url}\n`, `# Abstract\n${paper.abstract}`, offset);
  const section = paper.sections[at];
  if (section === undefined) {
    const named = paper.sections.filter(({ isRunIn }) => !isRunIn);
    const known = (named.length > 0 ? named : paper.sections).map(({ title }) => title).join('; ');
    return { ok: false, reason: `${id} has no section "${wanted}". Its sections are: ${cut(known, 4_000)}.` };
  }
  const text = partsFrom(paper, at)
    .map(({ title, text: own, level }) => `${'#'.repeat(Math.min(6, level))} ${title}\n${own}`)
    .join('\n\n');
  return pieceOf(`${paper.url}\n`, text, offset);
}

function pieceOf(head: string, text: string, offset: number): Looked<string> {
  const found = piece(text, offset, PIECE);
  return found === undefined
    ? { ok: false, reason: `It has ${text.length} characters only.` }
    : { ok: true, value: `${head}\n${found}` };
}

/** "[12]": a work that the paper refers to. */
function workAt({ sections }: PaperText, wanted: string): string | undefined {
  const [mark] = /^\[[^\]]{1,40}\]$/.exec(wanted.trim()) ?? [];
  const works = sections
    .filter(({ title }) => REFERENCES.test(title))
    .flatMap(({ text }) => text.split('\n'));
  return mark === undefined ? undefined : works.find((work) => work.startsWith(`${mark} `));
}

const REFERENCES = /^(?:\S{1,10} )?(?:references|bibliography|literature|works cited)\W{0,2}$/i;

/** The place of a section that is called by its number, its title or both, as people write them. */
function sectionAt(paper: PaperText, wanted: string): number {
  const asked = numbered(anchored(wanted.slice(0, 500)));
  // "Method > Loss": the last of them is meant, within the one before it.
  const path = asked.split(/\s[>/›»→]\s|\s?::\s?|:\s/);
  const last = path.at(-1) ?? '';
  const isTitle = paper.sections.some(({ title }) => folded(title) === folded(asked));
  const above = isTitle || last === asked ? -1 : placeOf(paper, path.at(-2) ?? '');
  const [, ...below] = above === -1 ? [] : partsFrom(paper, above);
  const within = placeOf({ sections: below }, last);
  if (within !== -1) return above + 1 + within;
  const found = placeOf(paper, asked);
  return found !== -1 || last === asked ? found : placeOf(paper, last);
}

/** A section and what is below it. */
function partsFrom({ sections }: Pick<PaperText, 'sections'>, at: number): PaperSection[] {
  const level = sections[at]?.level ?? 0;
  const rest = sections.slice(at + 1);
  const end = rest.findIndex((section) => section.level <= level);
  return [...sections.slice(at, at + 1), ...(end === -1 ? rest : rest.slice(0, end))];
}

/** "#S3.SS1", "A2.SS1": as the addresses of a page's sections are written. */
const anchored = (wanted: string): string => {
  const [, kind, number = '', below = ''] =
    /^#?([SA])(\d{1,2})((?:\.S{2,3}\d{1,2}){0,3})$/.exec(wanted.trim()) ?? [];
  if (kind === undefined) return wanted;
  const first = kind === 'S' ? number : String.fromCharCode(64 + Number(number));
  return `§${first}${below.replace(/\.S+/g, '.')}`;
};

const NUMBERS = 'one two three four five six seven eight nine ten'.split(' ');

/** "Section five" is "Section 5". */
const numbered = (wanted: string): string =>
  wanted.replace(
    /^\s*((?:sub)?section|chapter|part)\s+([a-z]{3,5})\b/i,
    (whole, kind: string, word: string) => {
      const at = NUMBERS.indexOf(word.toLowerCase());
      return at === -1 ? whole : `${kind} ${at + 1}`;
    },
  );

function placeOf({ sections }: Pick<PaperText, 'sections'>, wanted: string): number {
  const name = folded(wanted).replace(/^(?:the )?(.*?)(?: (?:sub)?section)?$/, '$1');
  const { number, rest } = partsOf(wanted);
  const isRoman = sections.some((section) => /^i$/i.test(section.number));
  const same = (section: PaperSection) =>
    number !== '' && section.number !== '' && numberOf(section.number) === number;
  const bare = ({ title, number: own }: PaperSection) =>
    folded(own !== '' && title.includes(own) ? title.slice(title.indexOf(own) + own.length) : title);
  // "V", "IV-B": of a paper that counts in digits.
  const isNumeral = /^[ivxl]+(?:\.\w+)*$/.test(number) && !sections.some(same);
  const words = (rest || name).split(' ').filter((word) => word !== 'the');
  const ways: ((section: PaperSection) => boolean)[] = [
    (section) =>
      same(section) && (rest === '' || bare(section).includes(rest) || rest.includes(bare(section))),
    (section) => rest === '' && isNumeral && numberOf(section.number) === counted(number),
    (section) => folded(section.title) === name || bare(section) === name,
    (section) => rest !== '' && bare(section) === rest,
    (section) => bare(section).startsWith(rest || name) && (rest || name) !== '',
    (section) => name !== '' && ` ${folded(section.title)} `.includes(` ${name} `),
    (section) => name.length > 2 && folded(section.title).includes(name),
    (section) => rest.length > 2 && bare(section).includes(rest),
    same,
    (section) => isRoman && number !== '' && counted(section.number) === number,
    (section) => REFERENCES.test(section.title) && REFERENCES.test(wanted.trim()),
    (section) => name.length > 5 && isAlike(bare(section), rest || name),
    (section) => words.length > 1 && words.every((word) => folded(section.title).split(' ').includes(word)),
  ];
  const named = sections.map((section, at) => ({ section, at })).filter(({ section }) => !section.isRunIn);
  const runIn = sections.map((section, at) => ({ section, at })).filter(({ section }) => section.isRunIn);
  for (const way of ways) {
    const found = [...named, ...runIn].find(({ section }) => way(section));
    if (found !== undefined) return found.at;
  }
  return -1;
}

/** "hyper-parameters" and "Hyperparameters", "acknowledgments" and "Acknowledgements". */
const isAlike = (title: string, name: string): boolean => {
  const plain = (text: string) => text.replaceAll(' ', '').replaceAll('ement', 'ment').replace(/s$/, '');
  return plain(title) === plain(name);
};

/** Letters and digits only: dashes, dollars and quotes differ by who writes them, and so do Greek letters. */
const folded = (text: string): string =>
  text
    .slice(0, 1_000)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[α-ω]/g, (letter) => ` ${GREEK[letter.charCodeAt(0) - 0x3b1] ?? ''} `)
    .replaceAll('&', ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const GREEK =
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega'.split(
    ' ',
  );

const numberOf = (number: string): string => number.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '.');

/** "§5", "Section 5.1", "5. Experiments", "Appendix A: Prompts": the number, and what is said besides it. */
function partsOf(wanted: string): { number: string; rest: string } {
  const text = wanted
    .slice(0, 500)
    .trim()
    .replace(/^["'“‘(]{1,5}/, '');
  const named = text.replace(
    /^(?:the\s+)?(?:§[§\s]*|(?:(?:sub|sub-)?sections?|sections?|sects?|secs?|appendix|appendices|app|annex|chapters?|chaps?|ch|parts?|paragraphs?|para|(?:unter)?abschnitte?|abschn|kapitel|kap|teil|anhang|chapitre|partie|annexe|secci[oó]n|cap[ií]tulo|ap[eé]ndice|anexo)(?![\p{L}\p{N}])\.?)\s*(?:n(?:o|r|um(?:ber)?)?\.?\s*(?=\d))?/iu,
    '',
  );
  const [whole = '', number = ''] =
    /^(\d+(?:[.-]\w+)*|[A-Z](?:[.-]\w+)*|[IVXLC]+(?:[.-]\w+)*)(?![\p{L}\p{N}])/iu.exec(named) ?? [];
  const rest = folded(named.slice(whole.length));
  // "A survey" begins with a word, unless somebody says that it is a section.
  const isWord =
    named === text &&
    /^[a-z]+$/i.test(number) &&
    rest !== '' &&
    !/^[.:)\-–—]/.test(named.slice(whole.length));
  return isWord ? { number: '', rest: '' } : { number: number && numberOf(number), rest };
}

const ROMAN: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10, l: 50, c: 100 };

/** "IV-B" as "4.2": some journals print one, and people say the other. */
function counted(number: string): string {
  const [first = '', ...others] = numberOf(number).split('.');
  const values = [...first].map((sign) => ROMAN[sign] ?? Number.NaN);
  const value = values.reduce((sum, one, i) => sum + (one < (values[i + 1] ?? 0) ? -one : one), 0);
  const rest = others.map((part) => (/^[a-z]$/.test(part) ? String(part.charCodeAt(0) - 96) : part));
  return [String(value), ...rest].join('.');
}
