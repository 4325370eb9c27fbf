import type { Offer } from '../session/transcript.ts';
import { OFFERED } from '../thread/words/intake.ts';
import {
  type Bare,
  bareWords,
  beginsWithStop,
  isQuoted,
  saysStop,
  withoutManners,
  withoutPlease,
} from './bare-words.ts';

/*
 * What nearly is a command: a word too many, a question mark, two letters exchanged, another language. None
 * of it is done; a button is offered beside what becomes of the message.
 */

const OFFERS = {
  stop: { text: 'stop', label: OFFERED.stop },
  keep: { text: 'stop keep jobs', label: OFFERED.keep },
  undo: { text: 'undo', label: OFFERED.undo },
  compact: { text: 'compact', label: OFFERED.compact },
  new: { text: 'new', label: OFFERED.new },
  resume: { text: 'resume', label: OFFERED.resume },
  close: { text: 'close', label: OFFERED.close },
  share: { text: 'share', label: OFFERED.share },
  branch: { text: 'branch', label: OFFERED.branch },
  catchUp: { text: 'catch me up', label: OFFERED.catchUp },
} as const satisfies Record<string, Offer>;

/** The offers for what a message nearly is; undefined where it is far from any command. */
export function nearCommands(text: string, bare: Bare): readonly Offer[] | undefined {
  const words = withoutManners(bare);
  if (words === '') return /[🛑⏹]/u.test(text) ? [OFFERS.stop] : undefined;
  const asked = words.replace(ASKED, '');
  if ((bare.isAsked || isQuoted(bare) || asked !== words) && saysStop({ said: asked })) return [OFFERS.stop];
  for (const [pattern, offers] of NEAR) {
    if (pattern.test(asked)) return offers;
  }
  if (beginsWithStop(words) && !words.startsWith('para ') && NAMES_JOBS.test(words))
    return [OFFERS.stop, OFFERS.keep];
  const meant = EXCHANGED.get(words);
  return meant && [meant];
}

/** What makes a question or a wish of a command. */
const ASKED =
  /^(?:(?:can|could|would|will|should|shall|may) (?:you|we|i)(?: just)? |(?:let's|lets|we should|we can) |(?:i'd|i would) like (?:you )?to |i want to )/;

/** "Stop the job" may be about the job alone, or about all of it. */
const NAMES_JOBS =
  /^\S+(?: auf| an| toi)?(?: \S+){0,2} (?:l')?(?:jobs?|runs?|training|trainings?lauf|entrainement|tache|trabajos?|entrenamiento)(?: \S+)?$/;

const NEAR: readonly (readonly [RegExp, readonly Offer[]])[] = [
  [/^(?:stop (?:here|talking|doing (?:it|that|this)|asking|there)|you (?:can|should) stop)$/, [OFFERS.stop]],
  [/^stop (?:now |it )?(?:and|but) (?:keep|let|leave) (?:\S+ ){0,2}jobs?(?: \S+){0,2}$/, [OFFERS.keep]],
  [/^(?:cancel|abort|quit|abbrechen|brich ab|cancelar|cancela)(?: (?:it|that|this|all))?$/, [OFFERS.stop]],
  [
    /^(?:(?:that's|thats|that is) )?enough(?: now)?$|^(?:(?:das|es) )?reicht(?: jetzt)?$|^(?:ca suffit|assez|ya vale)$/,
    [OFFERS.stop],
  ],
  [/^(?:annuler|annule|annulez)(?: (?:ca|tout))?$/, [OFFERS.undo, OFFERS.stop]],
  [
    /^(?:undo(?: (?:it|that|this|everything|all|the last \S+))?|ruckgangig(?: machen)?|deshacer|deshaz(?:lo)?)$/,
    [OFFERS.undo],
  ],
  [
    /^(?:compact(?: (?:it|that|this|the \S+))?|komprimieren|zusammenfassen|compacter|compactar)$/,
    [OFFERS.compact],
  ],
  [
    /^(?:new|(?:a )?(?:new|fresh) (?:session|context|conversation|chat|start)|start over|neu(?:er kontext)?|nouveau(?: contexte)?|nuevo(?: contexto)?)$/,
    [OFFERS.new],
  ],
  [/^(?:(?:resume|retry)(?: (?:it|that|this))?|fortsetzen|reprendre|reanudar)$/, [OFFERS.resume]],
  [/^(?:close(?: (?:it|this|the (?:session|thread)))?|schließen|schliessen|fermer|cerrar)$/, [OFFERS.close]],
  [
    /^(?:catch (?:us |everybody )?up|recap|tl ?dr|bring me up to (?:speed|date)|what did i miss)$/,
    [OFFERS.catchUp],
  ],
  [
    /^(?:branch (?:off|this|it|here|from here)|fork(?: (?:this|it|the thread))?|new thread)$/,
    [OFFERS.branch],
  ],
  [/^share(?: (?:it|this|the (?:transcript|session)))?$/, [OFFERS.share]],
];

/** Two letters exchanged, as hurried fingers do it. */
const EXCHANGED: ReadonlyMap<string, Offer> = new Map(
  (['stop', 'undo', 'compact', 'resume', 'close'] as const).flatMap((name) =>
    Array.from({ length: name.length - 1 }, (_, i): [string, Offer] => [
      name.slice(0, i) + name.charAt(i + 1) + name.charAt(i) + name.slice(i + 2),
      OFFERS[name],
    ]),
  ),
);

/**
 * Whether a message speaks of approving or rejecting and of nothing else, without being the command: "approve
 * it?", "approved", "genehmigen". Who decides on what costs money says it in one way.
 */
export const isNearDecision = (bare: Bare): boolean => DECISION.test(withoutManners(bare));

const DECISION = new RegExp(
  [
    "^(?:(?:i|we|i'd|we'd|can i|can you|should i|should we|do you|ok|yes|no|not|do|don't|dont|looks good|lgtm) ){0,2}",
    `(?:${[
      'approv(?:e|ed|es|ing)|reject(?:ed|s|ing)?',
      'genehmig(?:en|t|e)|freigeben|freigegeben|ablehnen|abgelehnt',
      "(?:j')?approuv(?:er|e|ez)|rejet(?:er|e|ez)|refus(?:er|e|ez)",
      'aprob(?:ar|ado|ada)|aprueb[oa]|rechaz(?:ar|o|a|ado)',
    ].join('|')})`,
    '(?: (?:it|this|that|these|them|all|both|now|the job|the call|the run))?$',
  ].join(''),
);

/** Whether a message says yes, and nothing else. */
export function saysYes(text: string): boolean {
  const { words, isAsked } = bareWords(text);
  if (isAsked) return false;
  return words === '' ? YES_SIGN.test(text) : YES.test(withoutPlease(words));
}

const YES_SIGN = /[👍✅✔🚀🆗👌]|:(?:\+1|thumbsup|white_check_mark|ok_hand|ok):/u;

const YES = new RegExp(
  [
    '^(?:(?:ok|yes|yeah|yep|sure|great|perfect|cool|nice|fine|thanks) )?',
    `(?:${[
      'ok|okay|okey|k|yes|yeah|yea|yep|yup|y|sure|sure thing|absolutely|definitely|of course|agreed|confirmed?',
      'lgtm|looks good(?: to me)?|sounds good|all good|fine(?: by| with)? me|fine|works for me',
      'go|go ahead|go for it|go on then|do it|do that|run it|start it|launch it|ship it|send it|lets go',
      "let's (?:go|do it|do this|run it)|proceed|make it so|you may",
      'ja|jawohl|jo|passt|mach(?: das| mal| es)?|los|gerne|einverstanden',
      "oui|d'accord|ca marche|vas y|vas-y|allez y|c'est bon",
      'si|vale|dale|claro|adelante|de acuerdo|hazlo',
    ].join('|')})`,
    '(?: (?:please|thanks|thank you|danke|merci|gracias))?$',
  ].join(''),
  'u',
);
