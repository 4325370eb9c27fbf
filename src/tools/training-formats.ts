/*
 * Which trainers take a dataset as it is, by the names of its columns, and what has to be written where none
 * does: https://huggingface.co/docs/trl/dataset_formats.
 */

type Format = { columns: readonly string[]; methods: string };

/** Types of data that trainers of TRL know, the fullest first: what has more columns is the nearer one. */
const FORMATS: readonly Format[] = [
  { columns: ['prompt', 'completions', 'labels'], methods: 'PRM (stepwise supervision)' },
  { columns: ['prompt', 'chosen', 'rejected'], methods: 'DPO, ORPO, CPO and reward models (preference)' },
  { columns: ['chosen', 'rejected'], methods: 'DPO and reward models (preference with an implicit prompt)' },
  { columns: ['prompt', 'completion', 'label'], methods: 'KTO (unpaired preference)' },
  { columns: ['prompt', 'completion'], methods: 'SFT (prompt and completion)' },
  { columns: ['messages'], methods: 'SFT (conversations)' },
  { columns: ['text'], methods: 'SFT (plain text)' },
  { columns: ['prompt'], methods: 'GRPO, RLOO and online DPO (prompts alone)' },
];

/** Forms that no trainer takes, each with the line of Python that makes one of it. */
const CONVERSIONS: readonly { name: string; columns: readonly string[]; code: string }[] = [
  {
    name: 'ShareGPT',
    columns: ['conversations'],
    code: `ROLES = {"human": "user", "gpt": "assistant", "function_call": "assistant", "observation": "tool"}
ds = ds.map(lambda row: {"messages": [{"role": ROLES.get(m["from"], m["from"]), "content": m["value"]} for m in row["conversations"]]}, remove_columns=ds.column_names)`,
  },
  {
    name: 'Alpaca',
    columns: ['instruction', 'output'],
    code: `ds = ds.map(lambda row: {"prompt": row["instruction"] + ("\\n\\n" + row["input"] if row.get("input") else ""), "completion": row["output"]}, remove_columns=ds.column_names)`,
  },
  ...[
    ['question', 'answer'],
    ['question', 'response'],
    ['query', 'response'],
    ['problem', 'solution'],
    ['input', 'output'],
    ['prompt', 'response'],
  ].map(([from = '', to = '']) => ({
    name: `${from} and ${to}`,
    columns: [from, to],
    code: `ds = ds.map(lambda row: {"prompt": row["${from}"], "completion": row["${to}"]}, remove_columns=ds.column_names)`,
  })),
  {
    name: 'labelled text',
    columns: ['text', 'label'],
    code: '',
  },
];

/** What a dataset of these columns can train, in words for the model. */
export function trainingFit(columns: readonly string[]): string {
  const isThere = ({ columns: wanted }: { columns: readonly string[] }) =>
    wanted.every((name) => columns.includes(name));
  const fits = FORMATS.filter(isThere).filter(
    (format, _i, all) => !all.some((other) => other !== format && isPartOf(format, other)),
  );
  const said = fits.map(({ columns: by, methods }) => `${methods}, by ${by.join(' + ')}`);
  const form = CONVERSIONS.find(isThere);
  return [
    said.length > 0
      ? `Fits without changes: ${said.join('; ')}.`
      : 'Fits no trainer of TRL as it is: columns have to be renamed or made.',
    form?.code ? `It has the form of ${form.name}. This makes it one that SFT takes:\n${form.code}` : '',
    form?.name === 'labelled text'
      ? 'With `text` and `label` it also fits a sequence classifier (transformers).'
      : '',
  ]
    .filter(Boolean)
    .join('\n');
}

const isPartOf = (one: Format, other: Format): boolean =>
  one.columns.length < other.columns.length && one.columns.every((name) => other.columns.includes(name));
