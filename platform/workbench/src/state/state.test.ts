import { describe, expect, it } from 'vitest';
import type { Segment, WorkDocument } from './contract';
import { nextOpenRow, rowBeside, rowsOfWork, sameLabelling, type Row } from './work';

function segment(key: string, changes: Partial<Segment> = {}): Segment {
  return { key, start_ms: 0, end_ms: 1000, label: 'Fire', explanation: '', outcome: 'manual', source_id: null, draft_explanation: '', draft_id: null, dialogue: [], ...changes };
}
function work(...segments: Segment[]): WorkDocument {
  return { segments, is_fully_watched: false, spent_ms: 0 };
}

describe('rows', () => {
  const prediction = {
    id: 1, model: 'v', scores_url: '', clip_start_ms: [], clip_end_ms: [], raw: [], long: [], short: [], fused: [], judgement: null,
    segments: [
      { id: 1, start_ms: 500, end_ms: 900, label: 'Fire', confidence: 0.9, explanation: 'x', judgement: null },
      { id: 2, start_ms: 4000, end_ms: 5000, label: 'Fire', confidence: 0.9, explanation: 'x', judgement: null },
    ],
  };
  it('shows suggestions beside segments in order of time, without those a segment of the label covers', () => {
    expect(rowsOfWork(work(segment('a')), prediction).map((row) => row.id)).toEqual(['a', 'model:2']);
    expect(rowsOfWork(work(segment('a', { label: 'Falling' })), prediction).map((row) => row.id)).toEqual(['a', 'model:1', 'model:2']);
    expect(rowsOfWork(work(segment('a', { outcome: 'rejected' })), prediction)).toHaveLength(3);
  });
  it('takes a suggestion that shares half of the time with a segment of the label for the same event', () => {
    const shown = (start_ms: number, end_ms: number) =>
      rowsOfWork(work(segment('a', { start_ms, end_ms })), prediction).map((row) => row.id);
    expect(shown(3700, 4800)).toEqual(['model:1', 'a']);
    expect(shown(3000, 4400)).toEqual(['model:1', 'a', 'model:2']);
    expect(shown(4600, 6000)).toEqual(['model:1', 'model:2', 'a']);
  });

  const rows = rowsOfWork(work(segment('a', { start_ms: 2000, end_ms: 3000 })), prediction);
  const ids = (row: Row | null) => row?.id ?? null;
  it('walks round from the selection, or from the playhead', () => {
    expect(ids(rowBeside(rows, 'model:1', 0, 1))).toBe('a');
    expect(ids(rowBeside(rows, 'model:2', 0, 1))).toBe('model:1');
    expect(ids(rowBeside(rows, null, 2500, 1))).toBe('a');
    expect(ids(rowBeside(rows, null, 1000, -1))).toBe('model:1');
    expect(rowBeside([], null, 0, 1)).toBeNull();
  });
  it('finds the next one to judge, also before the present one', () => {
    expect(ids(nextOpenRow(rows, 'a'))).toBe('model:2');
    expect(ids(nextOpenRow(rows, 'model:2'))).toBe('model:1');
  });
});

describe('sameLabelling', () => {
  it('does not depend on order or time spent', () => {
    expect(sameLabelling(work(segment('a'), segment('b')), { ...work(segment('b'), segment('a')), spent_ms: 9 })).toBe(true);
    expect(sameLabelling(work(segment('a')), work(segment('a', { end_ms: 1001 })))).toBe(false);
  });
});
