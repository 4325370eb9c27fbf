import type { Tx } from '../db/database.ts';
import type { Clock } from '../lib/clock.ts';
import type { Person } from '../session/address.ts';
import type { Yolo } from '../session/settings.ts';
import { readSnapshot } from '../session/store/read-snapshot.ts';
import { addMessage, changeSettings } from '../session/store/record.ts';
import { autoApprovalText, autoApprovalTold, mayNotSwitchOff } from '../thread/words/approvals.ts';
import type { ApproverPolicy, Known } from './approvers.ts';
import { isOneOf, sceneIn } from './scene.ts';

/**
 * Sets how much may be spent in a session without a click, for somebody who may approve. Returns what the
 * thread is told, of a refusal as well. What `known` tells: see `knowingGroups`.
 */
export async function setYolo(
  tx: Tx,
  { clock, policy }: { clock: Clock; policy: ApproverPolicy },
  sessionId: string,
  { author, known }: { author: Person; known: Known },
  setting: 'on' | 'off' | 'show' | { usd: number },
): Promise<string> {
  const scene = await sceneIn(tx, sessionId, author, known);
  const snapshot = await readSnapshot(tx, sessionId, 'context');
  if (scene === undefined || snapshot === undefined) throw new Error(`session ${sessionId} has vanished`);
  const { session } = snapshot;
  if (setting === 'show') return autoApprovalText(session.settings, snapshot.autoApprovedUsd);
  const approvers = policy.approversOf(session.address, session.rules);
  if (setting !== 'off' && !isOneOf(scene, approvers)) {
    return mayNotSwitchOff(author);
  }
  const yolo = yoloOf(setting, author, clock.now());
  await changeSettings(tx, session.id, { yolo });
  await addMessage(tx, session.id, session.exchange, {
    role: 'note',
    text: autoApprovalTold(yolo),
    isBackground: true,
  });
  return autoApprovalText({ yolo }, 0);
}

function yoloOf(setting: 'on' | 'off' | { usd: number }, by: Person, at: Date): Yolo {
  if (setting === 'off') return { kind: 'off', isSaid: true };
  return setting === 'on' ? { kind: 'on', by, at } : { kind: 'cap', usd: setting.usd, by, at };
}
