import { decidersIn } from '../../approvals/approvers.ts';
import { fenced } from '../../session/store/lease.ts';
import * as record from '../../session/store/record.ts';
import type { Question, QuestionAnswer, ToolCall } from '../../session/tool-calls.ts';
import type { Scope } from './scope.ts';

/** How long a call waits for people's answer. */
const QUESTION_MS = 30 * 60_000;

/**
 * Asks people a question on behalf of a running call. The answer comes through the record, because another
 * process may receive it.
 */
export async function askPeople(
  { deps, held, snapshot, signal }: Scope,
  call: ToolCall,
  asked: Omit<Question, 'id' | 'answer' | 'called' | 'deciders'>,
): Promise<QuestionAnswer | undefined> {
  const { sessionId } = held;
  const { session } = snapshot;
  const approvers = deps.policy.approversOf(session.address, session.rules);
  const id = deps.ids.next('q');
  await fenced(held, async (tx) => {
    const deciders = await decidersIn(tx, deps.policy, session, approvers);
    const question = { ...asked, id, called: deciders.called, deciders };
    await record.setShown(tx, sessionId, call.id, { question });
  });
  await deps.render(sessionId);
  const found = await answerTo({ deps, signal }, call, id);
  if (found === 'over') return undefined;
  const answer = found === 'late' ? undefined : found;
  await fenced(held, (tx) => record.closeQuestion(tx, sessionId, call.id, id));
  await deps.render(sessionId);
  return answer;
}

/** What people answered; `over` if the question is no longer open, `late` if nobody answered in time. */
async function answerTo(
  { deps, signal }: Pick<Scope, 'deps' | 'signal'>,
  call: ToolCall,
  questionId: string,
): Promise<QuestionAnswer | 'over' | 'late'> {
  const until = deps.clock.now().getTime() + QUESTION_MS;
  const { promise, resolve, reject } = Promise.withResolvers<QuestionAnswer | 'over' | 'late'>();
  const unfollow = deps.keeper.question(call.id, (question) => {
    if (question?.id !== questionId) resolve('over');
    else if (question.answer !== undefined) resolve(question.answer);
    else if (deps.clock.now().getTime() >= until) resolve('late');
  });
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    unfollow();
  }
}
