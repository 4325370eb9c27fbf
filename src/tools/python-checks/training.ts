import type { Call, ScriptFacts, Value } from '../../parse-apart/parsers/python/script-facts.ts';

const lastOf = ({ callee }: Call): string => callee.split('.').at(-1) ?? '';

/** Whether a script trains a model: by a trainer of a library, or in a loop of its own. */
export function isTraining({ calls }: ScriptFacts): boolean {
  const names = calls.map(lastOf);
  const hasTrainer = names.some((name) => /Trainer$/.test(name));
  return (
    calls.some(({ callee }) => /trainer\.(?:train|fit)$/i.test(callee)) ||
    (hasTrainer && names.some((name) => name === 'train' || name === 'fit')) ||
    names.includes('backward')
  );
}

/** Something that a script puts onto the Hub; `target` is undefined where it is found out as it runs. */
type Push = { target: string | undefined; line: number };

/** Calls that push by themselves: of libraries of the Hub, and of unsloth. */
const PUSHERS =
  /^(?:push_to_hub(?:_merged|_gguf)?|upload_(?:file|folder|large_folder)|create_commit|save_to_hub|push_dataset_to_hub)$/;

/** What a script pushes as it runs. What is in a comment or a text pushes nothing. */
export function pushesOf({ calls, keys }: ScriptFacts): Push[] {
  const found = calls.flatMap((call): Push[] => {
    const { keywords, first, line } = call;
    const keyword = (name: string) => keywords.find((one) => one.name === name)?.value;
    if (PUSHERS.test(lastOf(call))) {
      return [{ target: repositoryIn(keyword('repo_id') ?? first), line }];
    }
    const isPushed = isOn(keyword('push_to_hub'));
    if (isPushed) return [{ target: repositoryIn(keyword('hub_model_id') ?? keyword('repo_id')), line }];
    return /^(?:subprocess\.\w+|os\.system|os\.popen)$/.test(call.callee) && pushesByCommand(first)
      ? [{ target: undefined, line }]
      : [];
  });
  const key = (name: string) => keys.find((one) => one.name === name);
  const pushed = key('push_to_hub');
  if (pushed !== undefined && isOn(pushed.value)) {
    found.push({ target: repositoryIn(key('hub_model_id')?.value), line: pushed.line });
  }
  return found;
}

/** Whether whoever starts a script may say in its arguments that it pushes. */
export const mayBeToldToPush = ({ calls }: ScriptFacts): boolean =>
  calls.some((call) =>
    /^(?:HfArgumentParser|TrlParser|ArgumentParser|safe_load|from_yaml)$/.test(lastOf(call)),
  );

const isOn = (value: Value | undefined): boolean =>
  value !== undefined && !/^(?:False|None|0)$/.test(value.text);

const repositoryIn = (value: Value | undefined): string | undefined =>
  value?.kind === 'text' && /^[\w.-]+(?:\/[\w.-]+)?$/.test(value.text) ? value.text : undefined;

const pushesByCommand = (value: Value | undefined): boolean =>
  /\b(?:hf|huggingface-cli)\b[^\w]{1,6}upload|--push[-_]to[-_]hub/.test(value?.text ?? '');
