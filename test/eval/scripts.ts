/*
 * Training scripts as people and models write them: what tasks attach, and what scripted models run. Nothing
 * here is run for real.
 */

type Common = {
  model: string;
  dataset: string;
  /** Where it is pushed to; '' is nowhere. */
  target: string;
  isPrivate: boolean;
  /** Arguments of training besides, or in place of, those that every script has. */
  settings: Readonly<Record<string, string>>;
  /** A few rows and steps. */
  isSmall: boolean;
  /** Lines before the trainer is made. */
  before: string;
};

/** A sequence classifier, made with the Trainer. */
export type Classifier = Common & { trainOn: string; metric: 'accuracy' | 'f1' };

const COMMON: Common = {
  model: 'distilbert/distilbert-base-uncased',
  dataset: 'stanfordnlp/imdb',
  target: 'ada/imdb-distilbert',
  isPrivate: true,
  settings: {},
  isSmall: false,
  before: '',
};

const FOLLOWED = {
  logging_strategy: '"steps"',
  logging_steps: '25',
  logging_first_step: 'True',
  disable_tqdm: 'True',
  seed: '0',
};

/** Arguments of a trainer, one a line. */
function argumentsOf(
  { target, isPrivate, settings, isSmall }: Common,
  own: Readonly<Record<string, string>>,
): string {
  const push: Record<string, string> =
    target === ''
      ? {}
      : { push_to_hub: 'True', hub_model_id: `"${target}"`, hub_private_repo: isPrivate ? 'True' : 'False' };
  const all = { ...own, ...FOLLOWED, ...push, ...settings, ...(isSmall ? { max_steps: '2' } : {}) };
  return Object.entries(all)
    .map(([name, value]) => `    ${name}=${value},`)
    .join('\n');
}

const pushed = ({ target }: Common): string =>
  target === '' ? '' : `trainer.push_to_hub()\nprint("https://huggingface.co/${target}")\n`;

const few = ({ isSmall }: Common): string => (isSmall ? '.select(range(64))' : '');

export function classifier(given: Partial<Classifier> = {}): string {
  const made: Classifier = { ...COMMON, trainOn: 'train', metric: 'accuracy', ...given };
  const { model, dataset, trainOn, metric, before } = made;
  const measured =
    metric === 'f1'
      ? '{"accuracy": accuracy_score(result.label_ids, found), "f1": f1_score(result.label_ids, found)}'
      : '{"accuracy": float((found == result.label_ids).mean())}';
  return `import numpy as np
from datasets import load_dataset
${metric === 'f1' ? 'from sklearn.metrics import accuracy_score, f1_score\n' : ''}from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments

MODEL = "${model}"
data = load_dataset("${dataset}")
tokenizer = AutoTokenizer.from_pretrained(MODEL)
data = data.map(lambda rows: tokenizer(rows["text"], truncation=True, max_length=512), batched=True)
model = AutoModelForSequenceClassification.from_pretrained(MODEL, num_labels=2)
${before}

def compute_metrics(result):
    found = np.argmax(result.predictions, axis=-1)
    return ${measured}


args = TrainingArguments(
    output_dir="out",
${argumentsOf(made, { num_train_epochs: '2', per_device_train_batch_size: '32', learning_rate: '2e-5', bf16: 'True' })}
)
trainer = Trainer(
    model=model,
    args=args,
    train_dataset=data["${trainOn}"]${few(made)},
    eval_dataset=data["test"]${few(made)},
    processing_class=tokenizer,
    compute_metrics=compute_metrics,
)
trainer.train()
print(trainer.evaluate())
${pushed(made)}`;
}

/** A language model, made with TRL. */
export type Tuned = Common & {
  trainer: string;
  tokens: string;
  /** How the trainer is imported. */
  imports: string;
  /** The argument that sets how long sequences are. */
  length: string;
  /** A line between the data and the trainer. */
  mapped: string;
  resumes: boolean;
  /** Arguments of the trainer itself. */
  extra: string;
};

export function tuned(given: Partial<Tuned> = {}): string {
  const made: Tuned = {
    ...COMMON,
    ...{ model: 'Qwen/Qwen2.5-0.5B', dataset: 'acme/faq', target: 'ada/faq-small' },
    ...{ trainer: 'SFT', tokens: '2048', length: 'max_length', mapped: '', resumes: false, extra: '' },
    imports: `from trl import ${given.trainer ?? 'SFT'}Config, ${given.trainer ?? 'SFT'}Trainer`,
    ...given,
  };
  const { model, dataset, trainer, tokens, imports, length, mapped, before, resumes, extra } = made;
  const own = {
    num_train_epochs: '1',
    per_device_train_batch_size: '8',
    gradient_accumulation_steps: '4',
    learning_rate: '2e-5',
    bf16: 'True',
    [length]: tokens,
  };
  return `from datasets import load_dataset
${imports}
${before}
data = load_dataset("${dataset}")
${mapped}
args = ${trainer}Config(
    output_dir="out",
${argumentsOf(made, own)}
)
trainer = ${trainer}Trainer(
    model="${model}",
    args=args,
    train_dataset=data["train"]${few(made)},
    eval_dataset=data["test"]${few(made)},${extra}
)
trainer.train(${resumes ? 'resume_from_checkpoint=True' : ''})
print(trainer.evaluate())
${pushed(made)}`;
}

/** Too many rows at once for 80 GB. */
export const TOO_LARGE: Partial<Tuned> = {
  model: 'Qwen/Qwen2.5-1.5B',
  target: 'ada/faq-1.5b',
  tokens: '4096',
  settings: { per_device_train_batch_size: '32', gradient_accumulation_steps: '1', num_train_epochs: '2' },
};
export const tooLarge = tuned(TOO_LARGE);

/** A learning rate with which the loss diverges. */
export const brokenByNan = classifier({ settings: { learning_rate: '5e-3' } });

/** More epochs than half an hour has room for. */
export const slow = classifier({ settings: { num_train_epochs: '3' } });

export type Measured = { models: readonly string[]; split: string; isSmall: boolean };

/** Measures models by the share of answers that are right to the letter. */
export function exactMatch({ models, split, isSmall }: Measured): string {
  return `from datasets import load_dataset
from transformers import pipeline

rows = load_dataset("acme/faq", split="${split}")${isSmall ? '.select(range(8))' : ''}
for name, model in zip(("tuned", "base"), (${models.map((model) => `"${model}"`).join(', ')},)):
    answer = pipeline("text-generation", model, device=0, dtype="bfloat16")
    right = 0
    for row in rows:
        asked, wanted = row["messages"][:-1], row["messages"][-1]["content"]
        said = answer(asked, max_new_tokens=200, do_sample=False, return_full_text=False)[0]["generated_text"]
        right += said.strip() == wanted.strip()
    print(f"{model} {name}_exact_match={right / len(rows):.3f} n={len(rows)}")
`;
}
