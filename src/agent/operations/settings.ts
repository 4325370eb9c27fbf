import { Effort } from '../../config/effort.ts';
import * as record from '../../session/store/record.ts';
import { type Asked, type Change, notice, type OperationOf, type Outside, type Scope } from './scope.ts';

/** Shows which models there are, or chooses one that answers. */
export async function changeModel(
  { id }: OperationOf<'model'>,
  { snapshot, outside }: Asked,
): Promise<Change> {
  if (id === undefined) {
    const text = await outside.describeModels(snapshot.session);
    return (scope) => notice(scope, text);
  }
  const check = id === 'default' ? { ok: true as const, note: '' } : await outside.checkModel(id);
  return (scope) => switchModel(scope, id, check);
}

async function switchModel(
  scope: Scope,
  id: string,
  check: Awaited<ReturnType<Outside['checkModel']>>,
): Promise<void> {
  if (!check.ok) return notice(scope, `${check.reason} Nothing was changed.`);
  await record.changeSettings(scope.tx, scope.sessionId, { model: id === 'default' ? null : id });
  const name = id === 'default' ? 'the default model' : `**${id}**`;
  await notice(scope, `From here on I use ${name}.${check.note}`);
}

/** Shows how hard the model thinks, or changes it. */
export async function setEffort(scope: Scope, level: OperationOf<'effort'>['level']): Promise<void> {
  const now = scope.snapshot.session.settings.effort ?? 'the default';
  if (level === undefined) {
    const levels = [...Effort.options, 'default'].map((item) => `\`effort ${item}\``).join(', ');
    return notice(scope, `Effort is ${now}. ${levels} changes it.`);
  }
  await record.changeSettings(scope.tx, scope.sessionId, { effort: level === 'default' ? null : level });
  await notice(
    scope,
    `Effort is ${level === 'default' ? 'the default' : level} from here on. A model that does not know a level gets the next lower one.`,
  );
}
