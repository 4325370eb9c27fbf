/** What a job is made of, as people approved it. */
type Source = {
  script?: string | undefined;
  command?: readonly string[] | undefined;
  script_args?: readonly string[] | undefined;
};

const READ_CHARACTERS = 100_000;
const MOST = 10;

const ID = '[\\w-][\\w.-]{0,95}/[\\w-][\\w.-]{0,95}';
/** Arguments and options that say where something is pushed to. */
const NAMED = new RegExp(
  `\\b(?:hub_model_id|hub_dataset_id|repo_id|push_to_hub_model_id)["']?[ \\t]{0,4}[=:][ \\t]{0,4}["'](${ID})["']`,
  'g',
);
const PUSHED = new RegExp(`\\.push_to_hub\\([ \\t\\r\\n]{0,20}["'](${ID})["']`, 'g');
const OPTION = new RegExp(
  `--(?:hub[_-]model[_-]id|repo[_-]id)(?:=|[ \\t]{1,4})["']?(${ID})(?=["'\\s]|$)`,
  'g',
);

/**
 * Repositories that a job may push to, by their ids, as its script or command names them in so many words.
 * Whether it did, the Hub says afterwards.
 */
export function namedRepositories({ script = '', command = [], script_args = [] }: Source): string[] {
  const source = script.slice(0, READ_CHARACTERS);
  const words = [...command, ...script_args].join(' ').slice(0, READ_CHARACTERS);
  const found = [NAMED, PUSHED, OPTION].flatMap((pattern) =>
    [...`${source}\n${words}`.matchAll(pattern)].map(([, id = '']) => id),
  );
  return [...new Set(found)].slice(0, MOST);
}
