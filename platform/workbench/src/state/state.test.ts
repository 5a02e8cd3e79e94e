import { describe, expect, it } from 'vitest';
import type { Segment, WorkDocument } from './contract';
import { historyOf, recorded, redone, sealed, undone } from './history';
import { mergedDocument } from './merge';
import { nextOpenRow, rowBeside, rowsOfWork, sameLabelling, type Row, type WorkState } from './work';

function segment(key: string, changes: Partial<Segment> = {}): Segment {
  return { key, start_ms: 0, end_ms: 1000, label: 'Fire', explanation: '', outcome: 'manual', source_id: null, draft_explanation: '', ...changes };
}
function work(...segments: Segment[]): WorkDocument {
  return { segments, is_fully_watched: false, spent_ms: 0 };
}
const state = (document: WorkDocument): WorkState => ({ document, selected: null });

describe('history', () => {
  const [first, second, third] = [state(work()), state(work(segment('a'))), state(work(segment('a'), segment('b')))] as const;

  it('goes back and forth', () => {
    const history = recorded(recorded(historyOf(first), 'add', second), 'add', third);
    const back = undone(undone(history));
    expect(back.present).toBe(first);
    expect(redone(redone(back)).present).toBe(third);
    expect(undone(back)).toBe(back);
  });
  it('forgets what was undone once something else is done', () => {
    const history = recorded(undone(recorded(historyOf(first), 'add', second)), 'add', third);
    expect(redone(history)).toBe(history);
  });
  it('takes joined steps back at once, until they are sealed', () => {
    const typed = recorded(recorded(historyOf(first), 'text', second, 'text:a'), 'text', third, 'text:a');
    expect(undone(typed).present).toBe(first);
    const apart = recorded(sealed(recorded(historyOf(first), 'text', second, 'text:a')), 'text', third, 'text:a');
    expect(undone(apart).present).toBe(second);
  });
  it('keeps no step that changed only the selection', () => {
    const history = recorded(historyOf(first), 'select', { ...first, selected: 'a' });
    expect(history.past).toHaveLength(0);
    expect(history.present.selected).toBe('a');
  });
});

describe('mergedDocument', () => {
  it('is the union, mine where both changed the same', () => {
    const merged = mergedDocument(null, work(segment('a', { label: 'Mine' }), segment('m')), work(segment('a', { label: 'Theirs' }), segment('t')));
    expect(merged.segments.map((one) => [one.key, one.label])).toEqual([
      ['a', 'Mine'],
      ['m', 'Fire'],
      ['t', 'Fire'],
    ]);
  });
  it('takes their change of what I left alone, and honours deletions of what the other left alone', () => {
    const base = work(segment('a'), segment('b'), segment('c'));
    const mine = work(segment('a'), segment('c'));
    const theirs = work(segment('a', { end_ms: 2000 }), segment('b'));
    expect(mergedDocument(base, mine, theirs).segments).toEqual([segment('a', { end_ms: 2000 })]);
  });
  it('never loses a change to a deletion on the other side', () => {
    const base = work(segment('a'), segment('b'));
    const mine = work(segment('a', { label: 'Changed' }));
    const theirs = work(segment('b', { label: 'Changed' }));
    expect(mergedDocument(base, mine, theirs).segments.map((one) => one.key)).toEqual(['a', 'b']);
  });
  it('keeps one judgement of one suggestion', () => {
    const merged = mergedDocument(null, work(segment('m', { source_id: 7 })), work(segment('t', { source_id: 7 })));
    expect(merged.segments.map((one) => one.key)).toEqual(['m']);
  });
});

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
