/** What the keys do to the shape of segments: their edges, new ones, two from one and one from two. */
import { segmentFromModel } from '../actions/action';
import { moveEdge } from '../actions/editing';
import { add, merge, split } from '../actions/shaping';
import type { Edge } from '../geometry/lanes';
import { t } from '../language/text';
import type { Segment } from '../state/contract';
import type { Row } from '../state/work';
import type { WorkSession } from './work_session.svelte';

const NEW_SEGMENT_MS = 2000;

export class SegmentCommands {
  constructor(private readonly session: WorkSession) {}

  private get player() {
    return this.session.player;
  }

  private get now_ms(): number {
    return this.player.time_ms;
  }

  drawHere(): void {
    this.draw(this.now_ms, this.now_ms + NEW_SEGMENT_MS);
  }

  setStart(): void {
    const row = this.session.selectedRow;
    if (!row) {
      this.session.pending_ms = this.now_ms;
      this.session.tell(t('notice.pending_start', { time: this.session.timeText(this.now_ms) }));
    } else if (this.now_ms >= row.end_ms) {
      this.session.tell(t('notice.start_after_end', { time: this.session.timeText(row.end_ms) }), 'warning');
    } else this.session.dispatch(moveEdge(this.session.target(row.id), 'start', this.now_ms));
  }

  // The end is the end of the frame that is shown: what one sees last belongs to the segment.
  setEnd(): void {
    const end_ms = this.player.frames.endOf(this.player.frame);
    const row = this.session.selectedRow;
    if (!row) {
      const start_ms = this.session.pending_ms ?? Math.max(0, end_ms - NEW_SEGMENT_MS);
      this.draw(Math.min(start_ms, this.now_ms), Math.max(start_ms, end_ms));
    } else if (end_ms <= row.start_ms) {
      this.session.tell(t('notice.end_before_start', { time: this.session.timeText(row.start_ms) }), 'warning');
    } else this.session.dispatch(moveEdge(this.session.target(row.id), 'end', end_ms));
  }

  nudge(edge: Edge, frames: number): void {
    this.session.withSelected((row) => {
      const target = this.session.target(row.id);
      const to_ms = this.player.frames.stepped(edge === 'start' ? row.start_ms : row.end_ms, frames);
      this.session.dispatch(moveEdge(target, edge, to_ms, `nudge:${edge}:${target.new_key}`));
      this.player.pause();
      this.player.seek(edge === 'start' ? to_ms : to_ms - 1);
    });
  }

  private draw(start_ms: number, end_ms: number): void {
    const drawn = { key: crypto.randomUUID(), start_ms, end_ms, label: this.session.newLabel };
    this.session.pending_ms = null;
    this.session.dispatch(add(this.session.around, drawn));
  }

  split(): void {
    this.session.withSelected((row) => {
      const keys = { first: this.session.target(row.id).new_key, second: crypto.randomUUID() };
      const before = this.session.present.document;
      this.session.dispatch(split(this.session.around, row.id, this.now_ms, keys));
      if (this.session.present.document === before) this.session.tell(t('notice.cannot_split'));
    });
  }

  merge(): void {
    this.session.withSelected((row) => {
      const rows = this.session.rows.filter((one) => one.outcome !== 'rejected');
      const next = rows[rows.findIndex((one) => one.id === row.id) + 1];
      if (!next || row.outcome === 'rejected') {
        this.session.tell(t('notice.cannot_merge'));
        return;
      }
      const { new_key } = this.session.target(row.id);
      this.session.dispatch(merge(this.session.around, row.id, this.asSegment(next), new_key));
    });
  }

  private asSegment(row: Row): Segment {
    const own = this.session.present.document.segments.find((segment) => segment.key === row.id);
    if (own) return own;
    if (row.source) return segmentFromModel(row.source, row.id);
    throw new Error(`row ${row.id} is neither a segment nor a suggestion`);
  }
}
