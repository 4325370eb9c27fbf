import type { JobRow } from '../jobs/job-row.ts';
import { cut } from '../lib/cut.ts';
import type { Session } from '../session/snapshot.ts';
import type { Menu, Table } from '../session/tables.ts';
import { jobCard } from '../thread/view/cards.ts';
import { jobLines } from '../thread/view/words.ts';
import { WHETHER_CANCEL } from '../thread/words/answers.ts';
import { stateText } from '../thread/words/status.ts';
import { ACTIONS } from './actions.ts';
import type { Control } from './controls.ts';
import type { Traits } from './traits.ts';

/** What one person is shown, from top to bottom. `title` is what a notification of it would say. */
export type Card = { title: string; parts: readonly CardPart[] };

export type CardPart =
  | { kind: 'heading'; text: string }
  /** In the platform's own markup. */
  | { kind: 'text'; text: string }
  /** In small letters. */
  | { kind: 'note'; text: string }
  | { kind: 'markdown'; text: string }
  | { kind: 'list'; items: readonly CardItem[] }
  | { kind: 'table'; table: Table }
  /** What can be picked, one of it or several; what is picked is what `name` is done with. */
  | ({ kind: 'select' } & Menu)
  | { kind: 'buttons'; buttons: readonly Control[] };

/** One of a list, in the platform's own markup, with what can be done with it. */
export type CardItem = { text: string; buttons: readonly Control[] };

/** A card of a few words. */
export const words = (title: string): Card => ({ title, parts: [{ kind: 'text', text: title }] });

/** A session in a list: where it is, and how it stands. */
export function sessionItem({ settings, state, address }: Session, traits: Traits): CardItem {
  const { style } = traits;
  const title = style.plain(cut(settings.title ?? 'Untitled', 100));
  const text = `${traits.titledLink(address, title)} · ${style.plain(cut(stateText(state), 200))}`;
  return { text, buttons: [] };
}

/** A job in a list; with buttons where something can be done with it from there. */
export function jobItem({ watch, address, requester }: JobRow, traits: Traits): CardItem {
  const { style } = traits;
  const job = jobCard(watch);
  const text = [jobLines(job, style), style.plain(requester.name), traits.threadLink(address)].join(' · ');
  const cancel: Control = {
    ...{ label: 'Cancel', name: ACTIONS.cancel, values: [watch.id] },
    ...{ style: 'danger', sure: WHETHER_CANCEL },
  };
  return {
    text,
    buttons: [{ label: 'Logs', name: ACTIONS.log, values: [watch.id] }, ...(job.isFinal ? [] : [cancel])],
  };
}
