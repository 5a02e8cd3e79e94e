/** Brings a question for the workbench before the person: its place on the timeline, looping, and the panel it needs. */
import { viewAround } from '../geometry/view';
import type { Player } from './player.svelte';
import type { WorkSession } from './work_session.svelte';

/** Played before and after an event whose edges are asked for. */
const RUN_UP_MS = 1000;

export function questionFocus(session: WorkSession, player: Player): void {
  const { question } = session.bench;
  if (!question) return;
  const { duration_ms } = session.around;
  if (question.kind === 'dialogue') session.panel = 'dialogue';
  if (question.kind === 'full') {
    player.seek(0);
    return;
  }
  const row = session.selectedRow ?? question;
  session.view = viewAround(row.start_ms, row.end_ms, duration_ms);
  const air_ms = question.kind === 'bounds' ? RUN_UP_MS : 0;
  const interval = { start_ms: Math.max(0, row.start_ms - air_ms), end_ms: Math.min(duration_ms, row.end_ms + air_ms) };
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) player.seek(row.start_ms);
  else player.playLoop(interval);
}
