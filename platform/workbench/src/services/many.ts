/** Commands for several marked segments at once; each is one step for undo. */
import type { Action, ActionName } from '../actions/action';
import { changeLabel } from '../actions/editing';
import { accept, reject, remove } from '../actions/judging';
import type { Command } from '../actions/keymap';
import { together } from '../actions/together';
import { t } from '../language/text';
import type { Row } from '../state/work';
import type { WorkSession } from './work_session.svelte';

function markedRows(session: WorkSession): Row[] {
  return session.rows.filter((row) => session.marked.has(row.id));
}

function done(session: WorkSession, name: ActionName, of: (row: Row) => Action): void {
  const rows = markedRows(session);
  session.dispatch(together(name, rows.map(of)));
  session.mark([]);
  session.tell(t('many.done', { count: rows.length, what: t(`action.${name}` as 'action.add') }));
}

/** True when the command was for the marked segments, and is done. */
export function manyRun(session: WorkSession, command: Command): boolean {
  if (session.marked.size === 0) return false;
  const target = (row: Row) => session.target(row.id);
  if (command === 'accept') done(session, 'accept', (row) => accept(session.around, row.id, target(row).new_key));
  else if (command === 'reject') done(session, 'reject', (row) => reject(session.around, row.id, target(row).new_key));
  else if (command === 'remove') done(session, 'remove', (row) => remove(row.id));
  else if (command === 'unselect') session.mark([]);
  else return false;
  return true;
}

export function manyLabelled(session: WorkSession, label: string): boolean {
  if (session.marked.size === 0) return false;
  done(session, 'change_label', (row) => changeLabel(session.target(row.id), label));
  return true;
}

/** Adds a row to the marked ones or takes it out; the selected one is the first of them. */
export function markToggle(session: WorkSession, id: string): void {
  const { selected } = session.present;
  const marked = new Set(session.marked);
  if (marked.size === 0 && selected !== null && selected !== id) marked.add(selected);
  if (!marked.delete(id)) marked.add(id);
  session.mark(marked);
}

export function markDuring(session: WorkSession, start_ms: number, end_ms: number): void {
  const touched = session.rows.filter((row) => row.start_ms <= end_ms && row.end_ms >= start_ms);
  session.mark([...session.marked, ...touched.map((row) => row.id)]);
}
