import { isObject } from './events.ts';

type Detail = Readonly<Record<string, unknown>>;

/** Of all details of one answer together: signatures have some thousands of characters. */
const MOST_CHARACTERS = 200_000;
const MOST_DETAILS = 200;

/** What comes in parts of one detail. */
const GROWING = ['text', 'summary', 'data'];

/**
 * A router's own form of thoughts (`reasoning_details` of OpenRouter), put together from its parts. Models
 * sign their thoughts or encrypt them there, and refuse to go on with calls without:
 * https://openrouter.ai/docs/use-cases/reasoning-tokens, "Preserving reasoning blocks".
 */
export class ThoughtDetails {
  readonly #details: Record<string, unknown>[] = [];
  #characters = 0;

  add(part: Detail): void {
    this.#characters += JSON.stringify(part).length;
    if (this.#characters > MOST_CHARACTERS || this.#details.length > MOST_DETAILS) return;
    const open = this.#details.findLast(
      ({ index, type }) => part.index !== undefined && index === part.index && type === part.type,
    );
    if (open === undefined) {
      this.#details.push({ ...part });
      return;
    }
    for (const [name, value] of Object.entries(part)) {
      const before = open[name];
      if (typeof value === 'string' && typeof before === 'string' && GROWING.includes(name))
        open[name] = before + value;
      else if (value !== null && value !== undefined) open[name] = value;
    }
  }

  /** What has to go back with the answer's calls; undefined where nothing is signed, or too much came. */
  finish(): Detail[] | undefined {
    const isSigned = this.#details.some(({ signature, data }) => signature || data);
    return isSigned && this.#characters <= MOST_CHARACTERS ? this.#details : undefined;
  }
}

/** The name by which details are kept with the first call of their answer. */
export const DETAILS = 'reasoning_details';

/**
 * What LiteLLM wants back with a call, and with its function, such as the signatures of Gemini's thoughts:
 * `provider_specific_fields`, https://github.com/BerriAI/litellm/issues/16893
 */
export const OF_CALL = 'provider_specific_fields';
export const OF_FUNCTION = 'function.provider_specific_fields';

/** What was kept of a call as its provider wants it back, by where it stands. */
export function sentBack(extra: Detail | undefined): { ofCall: object; ofFunction: object } {
  const { [OF_CALL]: own, [OF_FUNCTION]: within, ...rest } = extra ?? {};
  return {
    ofCall: {
      ...(Object.keys(rest).length > 0 ? { extra_content: rest } : {}),
      ...(own === undefined ? {} : { [OF_CALL]: own }),
    },
    ofFunction: within === undefined ? {} : { [OF_CALL]: within },
  };
}

/** Takes the details out of what a call has besides. */
export function withoutDetails(extra: unknown): { details: unknown; extra: Detail | undefined } {
  if (!isObject(extra) || extra[DETAILS] === undefined) {
    return { details: undefined, extra: isObject(extra) ? extra : undefined };
  }
  const { [DETAILS]: details, ...rest } = extra;
  return { details, extra: Object.keys(rest).length > 0 ? rest : undefined };
}
