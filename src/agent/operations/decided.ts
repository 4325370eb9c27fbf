import { context, currentExchange } from '../../session/snapshot.ts';
import * as record from '../../session/store/record.ts';
import { goOn } from './exchange.ts';
import type { OperationOf, Scope } from './scope.ts';

/**
 * Goes on after a decision, which was itself committed with the click. If a side question was answered in
 * between, the model gets a note about the decision, because the call's result stands further up than its
 * last words.
 */
export async function decided(
  scope: Scope,
  decisions: OperationOf<'exec_approval'>['decisions'],
): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  const exchange = currentExchange(snapshot);
  if (exchange === undefined || exchange.undone || snapshot.session.state.kind === 'closed') return;
  const last = context(snapshot).findLast(({ entry }) => entry.role !== 'notice');
  const words = decisions.flatMap(({ toolCallId, verdict }) => {
    const call = snapshot.toolCalls.find((item) => item.id === toolCallId);
    return call && last && call.messageId < last.id ? [`${call.name} (${call.summary}) was ${verdict}`] : [];
  });
  if (words.length > 0) {
    const text = `The call that had been waiting for approval has been decided meanwhile: ${words.join('; ')}. Its result stands in its place above. Go on from there.`;
    await record.addMessage(tx, sessionId, exchange.number, { role: 'note', text });
  }
  if (exchange.outcome !== undefined) await record.reopenExchange(tx, sessionId, exchange.number);
  await goOn(scope);
}
