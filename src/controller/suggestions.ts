import type { ControllerDeps } from './clicks.ts';
import type { From } from './from.ts';
import type { Choice } from './menus.ts';

/** What a word of a command names. */
export type Suggested = 'model' | 'session';

/** Models, or somebody's own sessions, by what they have typed so far: at most so many. */
export async function suggestions(
  deps: Pick<ControllerDeps, 'models' | 'sessions'>,
  { what, typed, most }: { what: Suggested; typed: string; most: number },
  from: From,
): Promise<readonly Choice[]> {
  const all = what === 'model' ? modelsOf(deps) : await sessionsOf(deps, most, from);
  const wanted = typed.toLowerCase();
  return all.filter(({ label }) => label.toLowerCase().includes(wanted)).slice(0, most);
}

const modelsOf = ({ models }: Pick<ControllerDeps, 'models'>): Choice[] =>
  [...models.choices, 'default'].map((id) => ({ label: id, value: id }));

async function sessionsOf(
  { sessions }: Pick<ControllerDeps, 'sessions'>,
  most: number,
  { place, who }: From,
): Promise<Choice[]> {
  const own = await sessions.of(place, who.id, most);
  return own.map(({ id, settings }) => ({ label: settings.title ?? 'Untitled', value: id }));
}
