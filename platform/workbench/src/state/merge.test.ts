import { describe, expect, it } from 'vitest';
import type { Segment, WorkDocument } from './contract';
import { mergedDocument, mergedSegment, patched } from './merge';
import { composed, isNothing, patchOf, reversed } from './patch';
import { sameLabelling } from './work';

function segment(key: string, changes: Partial<Segment> = {}): Segment {
  return { key, start_ms: 0, end_ms: 1000, label: 'Fire', explanation: '', outcome: 'manual', source_id: null, draft_explanation: '', draft_id: null, dialogue: [], ...changes };
}
function work(...segments: Segment[]): WorkDocument {
  return { segments, is_fully_watched: false, spent_ms: 0 };
}

describe('mergedDocument', () => {
  it('without a common start is the union, mine where both changed the same', () => {
    const { document, collisions } = mergedDocument(null, work(segment('a', { label: 'Mine' }), segment('m')), work(segment('a', { label: 'Theirs' }), segment('t')));
    expect(document.segments.map((one) => [one.key, one.label])).toEqual([['a', 'Mine'], ['t', 'Fire'], ['m', 'Fire']]);
    expect(collisions.map((one) => [one.key, one.fields])).toEqual([['a', ['label']]]);
  });
  it('takes their change of what I left alone, and honours deletions of what the other left alone', () => {
    const base = work(segment('a'), segment('b'), segment('c'));
    const merged = mergedDocument(base, work(segment('a'), segment('c')), work(segment('a', { end_ms: 2000 }), segment('b')));
    expect(merged).toEqual({ document: work(segment('a', { end_ms: 2000 })), collisions: [] });
  });
  it('keeps their new label and my new edge of one segment', () => {
    const base = work(segment('a'));
    const merged = mergedDocument(base, work(segment('a', { end_ms: 2000 })), work(segment('a', { label: 'Theirs' })));
    expect(merged).toEqual({ document: work(segment('a', { end_ms: 2000, label: 'Theirs' })), collisions: [] });
  });
  it('asks where both changed one field, and does as told', () => {
    const base = work(segment('a', { explanation: 'A man.' }));
    const mine = work(segment('a', { explanation: 'A man runs.', end_ms: 3000 }));
    const theirs = work(segment('a', { explanation: 'A man falls.', start_ms: 500 }));
    const told = (choice: 'mine' | 'theirs' | 'both') => mergedDocument(base, mine, theirs, () => choice);
    expect(told('mine').collisions.map((one) => one.fields)).toEqual([['explanation']]);
    expect(told('mine').document.segments[0]).toMatchObject({ start_ms: 500, end_ms: 3000, explanation: 'A man runs.' });
    expect(told('theirs').document.segments[0]).toMatchObject({ start_ms: 500, end_ms: 3000, explanation: 'A man falls.' });
    expect(told('both').document.segments[0]).toMatchObject({ start_ms: 0, end_ms: 3000, explanation: 'A man runs. A man falls.' });
  });
  it('asks where one changed what the other took away; unasked no change is lost to a deletion of mine', () => {
    const base = work(segment('a'), segment('b'));
    const mine = work(segment('a', { label: 'Changed' }));
    const theirs = work(segment('b', { label: 'Changed' }));
    const merged = mergedDocument(base, mine, theirs, () => 'both');
    expect(merged.document.segments.map((one) => one.key)).toEqual(['b', 'a']);
    expect(merged.collisions.map((one) => [one.key, one.fields])).toEqual([['a', []], ['b', []]]);
    expect(mergedDocument(base, mine, theirs, () => 'theirs').document.segments.map((one) => one.key)).toEqual(['b']);
  });
  it('asks where my start and their end leave nothing between them', () => {
    const merged = mergedDocument(work(segment('a')), work(segment('a', { start_ms: 800 })), work(segment('a', { end_ms: 600 })));
    expect(merged.collisions.map((one) => one.fields)).toEqual([['start_ms', 'end_ms']]);
    expect(merged.document.segments[0]).toMatchObject({ start_ms: 800, end_ms: 1000 });
  });
  it('keeps one judgement of one suggestion, and asks when the two say different things', () => {
    const same = mergedDocument(work(), work(segment('m', { source_id: 7 })), work(segment('t', { source_id: 7 })));
    expect(same).toEqual({ document: work(segment('t', { source_id: 7 })), collisions: [] });
    const judged = segment('t', { source_id: 7, outcome: 'accepted' });
    const other = mergedDocument(work(), work(segment('m', { source_id: 7, outcome: 'rejected' })), work(judged));
    expect(other.collisions).toMatchObject([{ fields: ['outcome'] }]);
    expect(other.document.segments).toMatchObject([{ key: 't', outcome: 'rejected' }]);
  });
  it('follows who rejected, and judges anew what both worked on', () => {
    const from = segment('a', { source_id: 7, outcome: 'accepted' });
    const merged = mergedSegment(from, { ...from, outcome: 'changed', end_ms: 900 }, { ...from, outcome: 'rejected' }, 'mine');
    expect(merged).toMatchObject({ outcome: 'rejected', end_ms: 900 });
    const both = mergedSegment(from, { ...from, outcome: 'changed', end_ms: 900 }, { ...from, outcome: 'changed', start_ms: 100 }, 'mine');
    expect(both).toMatchObject({ outcome: 'changed', start_ms: 100, end_ms: 900 });
  });
  it('keeps that one of us watched all of it', () => {
    const mine = { ...work(), is_fully_watched: true };
    expect(mergedDocument(work(), mine, work()).document.is_fully_watched).toBe(true);
    expect(mergedDocument(work(), work(), mine).document.is_fully_watched).toBe(true);
  });
});

// ---------------------------------------------------------------- what holds for any three documents

let random = 1;
const next = (below: number) => (random = (random * 16807) % 2147483647) % below;

function anyChange(document: WorkDocument, keys: readonly string[], fields: readonly (keyof Segment)[]): WorkDocument {
  let segments = document.segments;
  for (const key of keys) {
    const field = fields[next(fields.length)];
    const value = { start_ms: next(400), end_ms: 600 + next(400), label: `L${next(4)}`, explanation: `says ${next(4)}` };
    const change = field && field in value ? { [field]: value[field as keyof typeof value] } : {};
    const dice = next(6);
    const others = segments.filter((one) => one.key !== key);
    const own = segments.find((one) => one.key === key);
    if (dice === 0) segments = others;
    else segments = own ? segments.map((one) => (one.key === key ? { ...one, ...change } : one)) : [...others, segment(key, change)];
  }
  return { ...document, segments, is_fully_watched: next(4) === 0 ? !document.is_fully_watched : document.is_fully_watched };
}
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];
const anyKeys = (among: readonly string[]) => among.filter(() => next(2) === 0);
const anyDocument = () => anyChange(work(), anyKeys(KEYS), ['label']);

describe('any merge', () => {
  const rounds = Array.from({ length: 300 }, (_, index) => index);
  const edges = ['start_ms', 'end_ms'] as const;
  const words = ['label', 'explanation'] as const;

  it('with what nobody changed is what the other made', () => {
    for (const round of rounds) {
      random = round + 1;
      const base = anyDocument();
      const changed = anyChange(base, anyKeys(KEYS), [...edges, ...words]);
      expect(sameLabelling(mergedDocument(base, changed, base).document, changed)).toBe(true);
      expect(sameLabelling(mergedDocument(base, base, changed).document, changed)).toBe(true);
      expect(mergedDocument(base, changed, changed)).toMatchObject({ collisions: [] });
    }
  });
  it('of changes that do not touch is the same from both sides, and has both', () => {
    for (const round of rounds) {
      random = round + 1;
      const base = anyDocument();
      const mine = anyChange(base, anyKeys(['a', 'b', 'c']), [...edges, ...words]);
      const theirs = anyChange({ ...base, is_fully_watched: mine.is_fully_watched }, anyKeys(['d', 'e', 'f']), [...edges, ...words]);
      const [here, there] = [mergedDocument(base, mine, theirs), mergedDocument(base, theirs, mine)];
      expect([here.collisions, there.collisions]).toEqual([[], []]);
      const both = patched(patched(base, patchOf(base, mine)), patchOf(base, theirs));
      expect(sameLabelling(here.document, both)).toBe(true);
      expect(new Set(here.document.segments)).toEqual(new Set(there.document.segments));
    }
  });
  it('loses no field that only one of us changed', () => {
    for (const round of rounds) {
      random = round + 1;
      const base = work(...KEYS.map((key) => segment(key)));
      const [mine, theirs] = [anyChange(base, anyKeys(KEYS), edges), anyChange(base, anyKeys(KEYS), words)];
      const { document } = mergedDocument(base, mine, theirs);
      for (const one of document.segments) {
        const [here, there] = [mine, theirs].map((side) => side.segments.find((other) => other.key === one.key));
        if (!here || !there) continue;
        expect(one).toMatchObject({ start_ms: here.start_ms, end_ms: here.end_ms, label: there.label, explanation: there.explanation });
      }
    }
  });
  it('says each collision, and gives the whole say to the one who is chosen', () => {
    for (const round of rounds) {
      random = round + 1;
      const base = anyDocument();
      const [mine, theirs] = [anyChange(base, anyKeys(KEYS), words), anyChange(base, anyKeys(KEYS), words)];
      const { collisions } = mergedDocument(base, mine, theirs);
      const chosen = mergedDocument(base, mine, theirs, () => 'theirs').document;
      for (const { key, theirs: version, fields } of collisions) {
        const now = chosen.segments.find((one) => one.key === key);
        if (!version) expect(now).toBeUndefined();
        for (const field of fields) expect(now?.[field]).toEqual(version?.[field]);
      }
    }
  });
});

describe('any patch', () => {
  it('leads there and back, one after the other like one', () => {
    for (let round = 0; round < 300; round += 1) {
      random = round + 1;
      const first = anyDocument();
      const second = anyChange(first, anyKeys(KEYS), ['label', 'end_ms']);
      const third = anyChange(second, anyKeys(KEYS), ['label', 'end_ms']);
      expect(sameLabelling(patched(first, patchOf(first, second)), second)).toBe(true);
      expect(sameLabelling(patched(second, reversed(patchOf(first, second))), first)).toBe(true);
      const whole = composed(patchOf(first, second), patchOf(second, third));
      expect(sameLabelling(patched(first, whole), third)).toBe(true);
      expect(isNothing(whole)).toBe(sameLabelling(first, third));
    }
  });
  it('of one edit among five thousand segments holds that one', () => {
    const before = work(...Array.from({ length: 5000 }, (_, index) => segment(`k${index}`)));
    const after = { ...before, segments: before.segments.map((one) => (one.key === 'k17' ? { ...one, label: 'x' } : one)) };
    expect(patchOf(before, after).segments.map((change) => change.key)).toEqual(['k17']);
  });
});
