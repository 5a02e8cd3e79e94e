/** Labelling while it plays: a label's key begins a segment, the same key ends it, another one ends it and begins the next. */
import { SHORTEST_MS } from '../actions/action';
import { add } from '../actions/shaping';
import { REACTION_MS, seenAt } from '../geometry/reaction';
import { t } from '../language/text';
import type { WorkSession } from './work_session.svelte';

/** Where the person saw what they tapped for; when nothing plays, where the playhead stands. */
function seen_ms(session: WorkSession): number {
  const { player } = session;
  return player.is_playing ? seenAt(player.time_ms, Math.max(0, player.rate), REACTION_MS) : player.time_ms;
}

/** True when the key began or ended a segment; false when it is meant for the selected one. */
export function labelTapped(session: WorkSession, label: string): boolean {
  const { tapping, player, selectedRow } = session;
  if (!tapping) {
    const isUnderPlayhead = selectedRow !== null && player.time_ms >= selectedRow.start_ms && player.time_ms <= selectedRow.end_ms;
    if (!player.is_playing || isUnderPlayhead) return false;
    begin(session, label);
    return true;
  }
  end(session);
  if (label !== tapping.label) begin(session, label);
  return true;
}

function begin(session: WorkSession, label: string): void {
  session.select(null);
  session.tapping = { label, start_ms: seen_ms(session) };
  session.tell(t('tapping.begun', { label: session.label(label).title }));
}

/** Ends a segment that still waits for its end, and says so. True when there was one: whoever hands in looks at it first. */
export function tappedEnded(session: WorkSession): boolean {
  const { tapping } = session;
  if (!tapping) return false;
  session.player.pause();
  if (end(session)) session.tell(t('tapping.ended_first', { label: session.label(tapping.label).title }), 'warning');
  return true;
}

/** True when the segment was long enough to be added. */
function end(session: WorkSession): boolean {
  const { tapping } = session;
  if (!tapping) return false;
  session.tapping = null;
  const end_ms = seen_ms(session);
  if (end_ms - tapping.start_ms < SHORTEST_MS) {
    session.tell(t('tapping.too_short'), 'warning');
    return false;
  }
  session.dispatch(add(session.around, { key: crypto.randomUUID(), start_ms: tapping.start_ms, end_ms, label: tapping.label }));
  return true;
}
