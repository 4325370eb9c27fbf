/*
 * A command is a whole message, and people put things around it: the bot's name, a slash, quotes, emoji,
 * a please. What is left without those is compared.
 */

/** A message without what stands around its words. `isAsked` is one that ends in a question mark. */
export type Bare = {
  /** In its own case, with single spaces, and without a please. */
  said: string;
  /** For comparing: small letters without accents, nothing but words between single spaces. */
  words: string;
  isAsked: boolean;
};

export function bareWords(text: string): Bare {
  const whole = text.normalize('NFKC').replace(INVISIBLE, '').replace(/’/g, "'");
  const all = stripped(whole, (part) => withoutEnd(withoutStart(part))).replace(/\s+/g, ' ');
  const said = stripped(all, (part) => part.replace(PLEASE, ''));
  return { said, words: compared(all), isAsked: isQuestion(whole) };
}

/** Whether nothing but signs stands behind its last question mark. */
const isQuestion = (whole: string): boolean =>
  ['?', '؟'].includes([...whole].findLast((sign) => /[\p{L}\p{N}?؟]/u.test(sign)) ?? '');

/** A message without what stands before its words: its end is as it was written. */
export const withoutLead = (text: string): string =>
  stripped(text.normalize('NFKC').replace(INVISIBLE, ''), withoutStart);

function stripped(text: string, once: (part: string) => string): string {
  for (let part = text.trim(); ; ) {
    const next = once(part).trim();
    if (next === part) return part;
    part = next;
  }
}

/** What keyboards and copies add and nobody sees; the part of an emoji that says how it is drawn. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

const EMOJI = String.raw`(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u20e3|<a?:\w+:\d+>)`;
/** As Slack writes them: `:octagonal_sign:`, `:+1:`. */
const SHORTCODE = String.raw`:(?:[\w+'-]*[a-z][\w+'-]*|[+-]1):`;
/** The bot, called by a name that is no mention: those are taken out where they are read. */
const NAME = '(?:ml[ -]?intern|bot)';
const MARKS = '["\'`“”„‟«»‹›‘‚*_~]';

const START = new RegExp(
  String.raw`^(?:${EMOJI}|${SHORTCODE}(?=\s|$)|${MARKS}|[,:;.!¡¿?–—-]+\s*|/(?:ml-intern\s+)?(?=\p{L})|@${NAME}(?!\w)|${NAME}\s*[,:])`,
  'iu',
);
const END = new RegExp(
  String.raw`(?:${EMOJI}|${SHORTCODE}|${MARKS}|[.,:;!?…]+|(?:\s@|,\s*@?)${NAME})$`,
  'iu',
);

const withoutStart = (part: string): string => part.replace(START, '');
const withoutEnd = (part: string): string => part.replace(END, '');

const compared = (said: string): string =>
  said
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/(\p{L})\1{2,}/gu, '$1')
    .split(/[\s,.;:!…–—-]+/)
    .filter((word) => word !== '')
    .join(' ');

const PLEASE_WORDS = "(?:please|pls|plz|bitte|svp|stp|s'il (?:te|vous) pla[iî]t|por favor|porfa)";
const PLEASE = new RegExp(String.raw`^${PLEASE_WORDS}[\s,:]+|[\s,]+${PLEASE_WORDS}$`, 'i');

/** Words of politeness, in the languages of our commands. */
const POLITE = new Set("please pls plz bitte svp stp s'il te vous plait por favor porfa".split(' '));

/** Words without a please among them. */
export const withoutPlease = (words: string): string =>
  words
    .split(' ')
    .filter((word) => !POLITE.has(word))
    .join(' ');

/**
 * "Stop", in the languages that our commands are described in (`adapters/discord/command-list.ts`), as
 * `compared` has it. Whoever means it is in a hurry, so what it is called need not be known.
 */
const STOPS: readonly string[] = [
  ...['stop', 'halt'],
  ...['stopp', 'stoppe', 'stoppt', 'stoppen', 'anhalten', 'halt an', 'halte an', 'hor auf', 'hoer auf'],
  ...['hort auf', 'aufhoren', 'aufhoeren'],
  ...['arrete', 'arretez', 'arreter', 'arrete toi', 'arretez vous', 'stoppez', 'stopper', 'halte'],
  ...['para', 'pare', 'parar', 'parad', 'parate', 'paralo', 'detente', 'deten', 'detengase', 'detener'],
  ...['alto', 'basta', 'para ya', 'pares'],
  ...['schluss', 'schluß', 'schluss damit', 'genug jetzt', 'halt ein'],
];

/** What people say besides it. Anything else makes it another message: "stop words", "don't stop". */
const FILLERS = new Set(
  [
    'now it that this right away immediately asap everything all at once just hey ok okay oh wait bot working',
    "enough that's thats genug but yes yeah yep alright sorry really seriously hello hi you guys man bro dude",
    'thanks thank thx ty cheers danke merci gracias',
    'jetzt sofort mal das dies damit alles endlich doch aber',
    'maintenant tout de suite immediatement ca cela mais',
    'ya ahora mismo todo ahi pero',
  ].flatMap((line) => line.split(' ')),
);

/** What is said around it in several words, which mean something else one by one. */
const PHRASES =
  /(?<= |^)(?:right (?:there|here)|for now|never ?mind|(?:thank you|thanks)(?: (?:very|so) much| a lot)?|i (?:just )?sa(?:id|y)(?: to)?|i (?:told|tell) you(?: to)?|i (?:want|need) (?:it|you|this) to|you (?:must|have to|need to)|(?:working on|with) (?:this|that|it)|(?:ich )?(?:sagte|habe?)(?: ich)?|gesagt|vielen dank|j'ai dit|he dicho(?: que)?|dije(?: que)?|muchas gracias)(?= |$)/g;

/** The bot, called by its name: whom else would somebody stop here? */
const CALLED = /@?\bml[ _-]?intern\b/gi;

/** What people put around words: brackets of all kinds, and a question mark within them. */
const AROUND = /[()[\]{}<>|\\/#?]/g;

/** What is quoted was said by somebody else. */
export const isQuoted = ({ said }: Pick<Bare, 'said'>): boolean => said.startsWith('>');

/** A message without the bot's name, brackets and thanks: for what does no harm where it is guessed. */
export const withoutManners = ({ said }: Pick<Bare, 'said'>): string =>
  withoutPlease(compared(said.replace(CALLED, ' ').replace(AROUND, ' ')))
    .replace(
      /^(?:ok|okay|hey|hi|thanks|thank you)(?= \S)|(?<=\S )(?:thanks|thank you|thx|danke|merci|gracias)$/g,
      '',
    )
    .trim();

const STOP = new RegExp(`(?<= |^)(?:${longestFirst(STOPS).join('|')})(?= |$)`, 'g');
const MOST_WORDS = 10;

function longestFirst(words: readonly string[]): string[] {
  return [...words].sort((a, b) => b.length - a.length);
}

/** Whether a message says nothing but "stop". "No, stop" does, "no stop" does not. */
export function saysStop({ said }: Pick<Bare, 'said'>): boolean {
  if (/^non-/i.test(said) || isQuoted({ said })) return false;
  const bare = said.replace(CALLED, ' ').replace(AROUND, ' ').trim();
  const words = compared(bare.replace(/^(?:no|nope|nein|non)(?:,? thanks?)?\s?[,.;!…–—-]+\s*/i, ''));
  if (words.split(' ').length > MOST_WORDS) return false;
  // "Hör bitte auf": a please may stand within.
  const left = withoutPlease(words)
    .replace(PHRASES, '')
    .split(' ')
    .filter((word) => !FILLERS.has(word))
    .join(' ');
  const rest = left.replace(STOP, '');
  return rest !== left && rest.trim() === '';
}

/** Whether the first of these words is "stop", in any of those languages. */
export const beginsWithStop = (words: string): boolean => words.search(STOP) === 0;
