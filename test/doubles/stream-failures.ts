/*
 * How a provider fails in an answer that it has begun with status 200. `passing` goes by when it is asked
 * again; of the others people are told in words.
 */

type Failure = { kind: 'passing' | 'credits' | 'filtered' | 'too long' | 'unknown'; body: string };

const event = (data: unknown, name = ''): string =>
  `${name === '' ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const begun = event({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Let me lo' } }] });
const ends = (finish: unknown, more: object = {}): string =>
  begun + event({ choices: [{ index: 0, delta: {}, finish_reason: finish, ...more }] });
const calls = event({
  choices: [
    {
      index: 0,
      delta: { tool_calls: [{ index: 0, id: 'x', function: { name: 'hf_jobs', arguments: '{"op' } }] },
    },
  ],
});
const DONE = 'data: [DONE]\n\n';

export const STREAM_FAILURES: Readonly<Record<string, Failure>> = {
  'it breaks off': { kind: 'passing', body: begun },
  'it breaks off within a call': { kind: 'passing', body: calls + DONE },
  'it sends nothing': { kind: 'passing', body: '' },
  'it sends comments alone': { kind: 'passing', body: ': waiting\n\n: waiting\n\n' },
  'it sends a page': { kind: 'passing', body: '<html><body>502 Bad Gateway</body></html>' },
  'it says an error': { kind: 'passing', body: begun + event({ error: { code: 502, message: 'oops' } }) },
  'it says an error in a list': {
    kind: 'passing',
    body: begun + event([{ error: { code: 503, message: 'The model is overloaded.' } }]),
  },
  'it says an error by the name of an event': {
    kind: 'passing',
    body: begun + event('upstream connect error', 'error') + DONE,
  },
  'it says an error by the name of a field': {
    kind: 'passing',
    body: `${begun}error: {"code":500,"message":"slot unavailable"}\n\n`,
  },
  'it says an error as text': { kind: 'passing', body: `${begun}data: [ERROR] out of memory\n\n${DONE}` },
  'it names an exception': {
    kind: 'passing',
    body: begun + event({ internalServerException: { message: 'unexpected' } }),
  },
  'it ends with network_error': { kind: 'passing', body: ends('network_error') + DONE },
  'it ends with an abort as an object': { kind: 'passing', body: ends({ type: 'abort' }) + DONE },
  'it ends with a filter of calls': {
    kind: 'passing',
    body: ends('function_call_filter: MALFORMED_FUNCTION_CALL') + DONE,
  },
  'it ends, and its provider failed': {
    kind: 'passing',
    body: ends('stop', { native_finish_reason: 'MALFORMED_FUNCTION_CALL' }) + DONE,
  },
  'it ends with calls, and has none': { kind: 'passing', body: ends('tool_calls') + DONE },
  'it says nothing': {
    kind: 'passing',
    body: event({ choices: [{ delta: {}, finish_reason: 'stop' }] }) + DONE,
  },
  'its account is empty': {
    kind: 'credits',
    body: event({ base_resp: { status_code: 1008, status_msg: 'insufficient balance' }, choices: null }),
  },
  'its quota is used up': {
    kind: 'credits',
    body:
      begun + event({ error: { code: 'insufficient_quota', message: 'You exceeded your current quota.' } }),
  },
  'it withholds the answer': { kind: 'filtered', body: ends('content_filter: RECITATION') + DONE },
  'the conversation is too long': {
    kind: 'too long',
    body: event({ error: { message: 'prompt is too long: 210000 tokens > 200000 maximum' } }),
  },
  'the conversation is too long, in other words': {
    kind: 'too long',
    body: `error: {"code":500,"message":"Context size has been exceeded."}\n\n`,
  },
  'it does not know the model': {
    kind: 'unknown',
    body: event({ error: { code: 'model_not_found', message: 'The model does not exist' } }),
  },
};
