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

/** Makes the calls one after another, then says what the last one returned. */
export function inTurn(...calls: NonNullable<Reply['calls']>): ModelScript {
  return (request) => {
    const results = request.messages.filter((message) => message.role === 'tool');
    const call = calls[results.length];
    return call ? { calls: [call] } : { text: `result: ${results.at(-1)?.content}` };
  };
}

export const runJob = {
  name: 'hf_jobs',
  arguments: { operation: 'run', script: 'print("hello")\n', hardware_flavor: 'cpu-basic', timeout: '10m' },
};

/** A job that costs at most one dollar. */
export const dollarJob = {
  name: 'hf_jobs',
  arguments: { operation: 'run', script: 'print("hello")\n', hardware_flavor: 'a10g-small', timeout: '1h' },
};

export const SMALLER = { ...runJob.arguments, script: 'print("smaller")\n' };

/** Proposes a job, and a smaller one where somebody asks for that; says what it hears else. */
export const smallerOnDemand: ModelScript = (request) => {
  const heard = lastText(request);
  if (request.messages.at(-1)?.role === 'tool') return { text: `result: ${heard}` };
  if (heard.includes('smaller')) return { calls: [{ ...runJob, arguments: SMALLER }] };
  return heard.includes('go') ? { calls: [runJob] } : { text: `heard: ${heard}` };
};
