import { describe, expect, it } from 'vitest';
import type { ModelSegment, Prediction, Segment } from '../state/contract';
import { openSuggestions, suggestionId, type WorkState } from '../state/work';
import type { Action, Surroundings } from './action';
import { changeLabel, editExplanation, moveEdge, moveTo } from './editing';
import { accept, markWatched, reject, remove } from './judging';
import { add, merge, split } from './shaping';

const suggested: ModelSegment = {
  id: 7,
  start_ms: 1000,
  end_ms: 3000,
  label: 'Fighting',
  confidence: 0.8,
  explanation: 'Two men fight.',
  judgement: null,
};
const prediction: Prediction = {
  id: 1,
  model: 'v1', scores_url: '',
  clip_start_ms: [],
  clip_end_ms: [],
  raw: [],
  long: [],
  short: [],
  fused: [],
  judgement: null,
  segments: [suggested, { ...suggested, id: 8, start_ms: 5000, end_ms: 6000 }],
};
const around: Surroundings = { prediction, duration_ms: 10_000 };
const empty: WorkState = { document: { segments: [], is_fully_watched: false, spent_ms: 0 }, selected: suggestionId(7) };
const row = suggestionId(7);
const target = { around, row_id: row, new_key: 'k7' };
const mine = { around, row_id: 'k7', new_key: 'k7' };

function after(...actions: Action[]): WorkState {
  return actions.reduce((state, action) => action.perform(state), empty);
}
function only(state: WorkState): Segment {
  expect(state.document.segments).toHaveLength(1);
  return state.document.segments[0] as Segment;
}

describe('accept', () => {
  it('makes the suggestion a segment with the sentence that was seen', () => {
    const state = after(accept(around, row, 'k7'));
    expect(only(state)).toEqual({
      key: 'k7',
      start_ms: 1000,
      end_ms: 3000,
      label: 'Fighting',
      explanation: 'Two men fight.',
      outcome: 'accepted',
      source_id: 7,
      draft_explanation: 'Two men fight.',
      draft_id: null,
      dialogue: [],
    });
    expect(state.selected).toBe('k7');
    expect(openSuggestions(state.document, prediction).map((source) => source.id)).toEqual([8]);
  });
  it('leaves the state it was given as it was', () => {
    after(accept(around, row, 'k7'));
    expect(empty.document.segments).toEqual([]);
  });
  it('does nothing for a row that is gone', () => {
    expect(after(accept(around, suggestionId(99), 'x'))).toBe(empty);
    expect(after(accept(around, 'no-such-key', 'x'))).toBe(empty);
  });
});

describe('reject', () => {
  it('keeps a model segment as a negative example', () => {
    expect(only(after(reject(around, row, 'k7'))).outcome).toBe('rejected');
  });
  it('removes a drawn one', () => {
    const drawn = add(around, { key: 'd', start_ms: 0, end_ms: 500, label: 'Fire' });
    expect(after(drawn, reject(around, 'd', 'd')).document.segments).toEqual([]);
  });
  it('can be taken back by accepting: what was changed stays changed', () => {
    expect(only(after(reject(around, row, 'k7'), accept(around, 'k7', 'k7'))).outcome).toBe('accepted');
    const moved = after(moveEdge(target, 'end', 3500), reject(around, 'k7', 'k7'), accept(around, 'k7', 'k7'));
    expect(only(moved)).toMatchObject({ outcome: 'changed', end_ms: 3500 });
  });
});

describe('remove', () => {
  it('makes the segment a suggestion again and lets go of the selection', () => {
    const state = after(accept(around, row, 'k7'), remove('k7'));
    expect(openSuggestions(state.document, prediction)).toHaveLength(2);
    expect(state.selected).toBeNull();
  });
});

describe('edges', () => {
  it('touching a suggestion judges it as changed', () => {
    expect(only(after(moveEdge(target, 'start', 800)))).toMatchObject({ start_ms: 800, outcome: 'changed', source_id: 7 });
  });
  it('moved back to the model’s place it is accepted, not changed', () => {
    expect(only(after(moveEdge(target, 'start', 800), moveEdge(mine, 'start', 1000))).outcome).toBe('accepted');
  });
  it('stops before the other edge and at the ends of the video', () => {
    expect(only(after(moveEdge(target, 'start', 9000))).start_ms).toBe(2960);
    expect(only(after(moveEdge(target, 'end', 99_000))).end_ms).toBe(10_000);
    expect(only(after(moveEdge(target, 'start', -50))).start_ms).toBe(0);
  });
  it('moves the whole with its length kept', () => {
    expect(only(after(moveTo(target, 9500)))).toMatchObject({ start_ms: 8000, end_ms: 10_000 });
  });
});

describe('words', () => {
  it('a rewritten sentence keeps the draft it came from', () => {
    const state = after(editExplanation(target, 'Two men fight at the door.'));
    expect(only(state)).toMatchObject({ outcome: 'changed', draft_explanation: 'Two men fight.', explanation: 'Two men fight at the door.' });
  });
  it('another label is a change', () => {
    expect(only(after(changeLabel(target, 'Robbery')))).toMatchObject({ label: 'Robbery', outcome: 'changed' });
  });
});

describe('shaping', () => {
  it('a drawn segment stays inside the video and is never empty', () => {
    expect(only(after(add(around, { key: 'd', start_ms: 9990, end_ms: 12_000, label: 'Fire' })))).toMatchObject({
      start_ms: 9960,
      end_ms: 10_000,
      outcome: 'manual',
    });
  });
  it('splits into two that meet; the first keeps its source', () => {
    const state = after(split(around, row, 2000, { first: 'k7', second: 's' }));
    expect(state.document.segments).toMatchObject([
      { key: 'k7', start_ms: 1000, end_ms: 2000, outcome: 'changed', source_id: 7 },
      { key: 's', start_ms: 2000, end_ms: 3000, outcome: 'manual', source_id: null },
    ]);
    expect(state.selected).toBe('s');
  });
  it('does not split at an edge', () => {
    expect(after(split(around, row, 1010, { first: 'k7', second: 's' }))).toBe(empty);
  });
  it('merges with the next and joins sentences that differ', () => {
    const next: Segment = { ...only(after(accept(around, row, 'n'))), key: 'n', source_id: null, start_ms: 4000, end_ms: 5000, explanation: 'He runs.' };
    const state = { ...empty, document: { ...empty.document, segments: [next] } };
    const merged = only(merge(around, row, next, 'k7').perform(state));
    expect(merged).toMatchObject({ key: 'k7', start_ms: 1000, end_ms: 5000, explanation: 'Two men fight. He runs.', outcome: 'changed' });
  });
  it('marks as watched, and says nothing changed when it was so', () => {
    expect(after(markWatched(true)).document.is_fully_watched).toBe(true);
    expect(after(markWatched(false))).toBe(empty);
  });
});
