import { lastText, type ModelScript, type Reply } from '../doubles/model.ts';

/** Says what it was told last. */
export const echo: ModelScript = (request) => ({ text: `heard: ${lastText(request)}` });

/** Runs one tool call, then says what it returned. */
export function callOnce(call: NonNullable<Reply['calls']>[number]): ModelScript {
  return (request) => {
    const result = request.messages.findLast((message) => message.role === 'tool');
    return result ? { text: `result: ${result.content}` } : { calls: [call] };
  };
}

export const runJob = {
  name: 'hf_jobs',
  arguments: { operation: 'run', script: 'print("hello")\n', hardware_flavor: 'cpu-basic', timeout: '10m' },
};
