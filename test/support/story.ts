import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { lastText, type Reply } from '../doubles/model.ts';

const SCRIPT = `from datasets import load_dataset
from transformers import (AutoModelForSequenceClassification, AutoTokenizer,
                          Trainer, TrainingArguments)

model_id = "distilbert/distilbert-base-uncased"
data = load_dataset("stanfordnlp/imdb")
tokenizer = AutoTokenizer.from_pretrained(model_id)
data = data.map(lambda rows: tokenizer(rows["text"], truncation=True, max_length=512), batched=True)
model = AutoModelForSequenceClassification.from_pretrained(model_id, num_labels=2)

args = TrainingArguments("imdb-distilbert", num_train_epochs=1, per_device_train_batch_size=32,
                         bf16=True, push_to_hub=True, hub_model_id="ada/imdb-distilbert", report_to="trackio")
trainer = Trainer(model, args, train_dataset=data["train"], eval_dataset=data["test"],
                  processing_class=tokenizer)
trainer.train()
print(trainer.evaluate())
trainer.push_to_hub()
`;

const ITEMS = ['Look at the dataset', 'Fine-tune DistilBERT on a GPU', 'Report the accuracy'] as const;

function plan(done: number) {
  const todos = ITEMS.map((content, i) => ({
    id: String(i + 1),
    content,
    status: i < done ? 'completed' : i === done ? 'in_progress' : 'pending',
  }));
  return { name: 'plan_tool', arguments: { todos } };
}

const inspect = { name: 'hf_inspect_dataset', arguments: { dataset: 'stanfordnlp/imdb' } };

const train = {
  name: 'hf_jobs',
  arguments: {
    operation: 'run',
    script: SCRIPT,
    dependencies: ['transformers', 'datasets', 'accelerate', 'torch', 'trackio'],
    hardware_flavor: 'a10g-small',
    timeout: '1h',
    trackio_space_id: 'ada/runs',
    trackio_project: 'imdb',
    preflight: {
      example: 'transformers/examples/pytorch/text-classification',
      dataset: 'stanfordnlp/imdb',
      columns: ['text', 'label'],
      tried: 'nowhere: the script is the one of the example',
      pushes_to: 'ada/imdb-distilbert',
      time: '40 min of training',
    },
  },
};

/**
 * The model of the main story: it plans, looks at the dataset, proposes a training job, and reads the result
 * off the job's log. What it says depends on what it was sent, so it goes on rightly after a restart.
 */
export function story(request: ChatCompletionRequest): Reply {
  const results = request.messages.filter((message) => message.role === 'tool').length;
  const last = request.messages.at(-1);
  const text = lastText(request);
  if (last?.role === 'user' && text.includes('learning rate')) {
    return { text: 'The Trainer default, `5e-5` with linear decay: the script sets no other.' };
  }
  if (last?.role === 'user' && results > 0 && !text.includes('automatic')) {
    return { text: `You said: ${text.replace(/^\[[^\]]*\] /, '')}` };
  }
  switch (results) {
    case 0:
      return { text: 'I will look at the data first.', calls: [plan(0), inspect] };
    case 2:
      return { calls: [plan(1), train] };
    case 4: {
      const accuracy = /accuracy'?[: ]+(0\.\d+)/.exec(text)?.[1];
      if (accuracy === undefined)
        return { text: `The job did not give an accuracy. ${text.slice(0, 200)}`, calls: [plan(3)] };
      return { calls: [plan(3)], text: 'The job has ended.' };
    }
    default: {
      const log = request.messages.findLast((message) => String(message.content ?? '').includes('accuracy'));
      const accuracy = Number(/accuracy'?[: ]+(0\.\d+)/.exec(String(log?.content))?.[1] ?? 0);
      return { text: answer(accuracy) };
    }
  }
}

function answer(accuracy: number): string {
  return [
    `**Accuracy on the test split: ${(accuracy * 100).toFixed(1)} %**`,
    '',
    '| | |',
    '| --- | --- |',
    '| Model | [distilbert-base-uncased](https://huggingface.co/distilbert/distilbert-base-uncased), 1 epoch |',
    '| Data | [stanfordnlp/imdb](https://huggingface.co/datasets/stanfordnlp/imdb), 25,000 reviews |',
    `| Accuracy | ${accuracy} |`,
    '',
    'The number is from the last line of the job’s log. To use the model:',
    '',
    '```python',
    'from transformers import pipeline',
    'classify = pipeline("text-classification", "ada/imdb-distilbert")',
    '```',
  ].join('\n');
}
