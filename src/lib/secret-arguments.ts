import { wholeBeginning } from './cut.ts';
import { parsedJson } from './json.ts';
import type { Found } from './redaction/values.ts';
import type { Redaction } from './redaction.ts';

/** How many are named: what one call holds is mended with the first. */
const NAMED = 5;

/**
 * Why a call can't be taken as it is: its arguments hold secrets. Undefined where they hold none. Arguments
 * are what runs and what people approve, so they are never changed: they are kept as they are, or not at all.
 */
export async function refusalOfArguments(text: string, redaction: Redaction): Promise<string | undefined> {
  const value = parsedJson(text);
  const found = value === undefined ? [] : await redaction.findLong(value);
  // A text that is no JSON, or has a name twice, holds more than what is read of it.
  const places = placesOf(found.length > 0 ? found : await redaction.findLong(text));
  return places === undefined ? undefined : refusal(places);
}

/** Where secrets are in what would run or be written, in words; undefined where there are none. */
export const secretsIn = (value: unknown, redaction: Redaction): string | undefined =>
  placesOf(redaction.find(value));

/** The same for what may have megabytes: others get their turn in between. */
export const secretsInLong = async (value: unknown, redaction: Redaction): Promise<string | undefined> =>
  placesOf(await redaction.findLong(value));

const refusal = (places: string): string =>
  [
    'This call was not run and its arguments were not kept, because they hold a secret:',
    `${places}.`,
    'Never write a secret into arguments, scripts or files. For a job, name it under `secrets` and read it from the',
    'environment there; the Hub’s token is in the environment of every job as HF_TOKEN. If you need a secret that is not set',
    'up, ask for it to be set up under `jobs.secrets`.',
  ].join(' ');

/** `"env.TOKEN" (the value of HF_TOKEN)`; what the model wrote as a name stays short. */
function placesOf(found: readonly Found[]): string | undefined {
  const places = found.map(({ path, line, what }) => {
    const place =
      path.length === 0 ? 'the arguments' : `"${path.map((part) => wholeBeginning(part, 60)).join('.')}"`;
    return `${place}${line === undefined ? '' : `, line ${line}`} (${what})`;
  });
  return places.length === 0 ? undefined : [...new Set(places)].slice(0, NAMED).join('; ');
}
