import { describe, expect, it } from 'vitest';
import type { Segment, WorkDocument } from './contract';
import { continued, historyOf, keptSteps, recorded, redone, sealed, undone, type History } from './history';
import { mergedDocument } from './merge';
import { sameLabelling, type WorkState } from './work';

function segment(key: string, changes: Partial<Segment> = {}): Segment {
  return { key, start_ms: 0, end_ms: 1000, label: 'Fire', explanation: '', outcome: 'manual', source_id: null, draft_explanation: '', draft_id: null, dialogue: [], ...changes };
}
function work(...segments: Segment[]): WorkDocument {
  return { segments, is_fully_watched: false, spent_ms: 0 };
}
const state = (document: WorkDocument): WorkState => ({ document, selected: null });
const [first, second, third] = [state(work()), state(work(segment('a'))), state(work(segment('a'), segment('b')))] as const;

describe('history', () => {
  it('goes back and forth', () => {
    const history = recorded(recorded(historyOf(first), 'add', second), 'add', third);
    const back = undone(undone(history));
    expect(back.present).toEqual(first);
    expect(redone(redone(back)).present).toEqual(third);
    expect(undone(back)).toBe(back);
  });
  it('forgets what was undone once something else is done', () => {
    const history = recorded(undone(recorded(historyOf(first), 'add', second)), 'add', third);
    expect(redone(history)).toBe(history);
  });
  it('takes joined steps back at once, until they are sealed', () => {
    const typed = recorded(recorded(historyOf(first), 'text', second, 'text:a'), 'text', third, 'text:a');
    expect(undone(typed).present).toEqual(first);
    const apart = recorded(sealed(recorded(historyOf(first), 'text', second, 'text:a')), 'text', third, 'text:a');
    expect(undone(apart).present).toEqual(second);
  });
  it('has no step for joined steps that came back to where they began', () => {
    const history = recorded(recorded(historyOf(first), 'text', second, 'text:a'), 'text', first, 'text:a');
    expect(history.past).toHaveLength(0);
  });
  it('keeps no step that changed only the selection', () => {
    const history = recorded(historyOf(first), 'select', { ...first, selected: 'a' });
    expect(history.past).toHaveLength(0);
    expect(history.present.selected).toBe('a');
  });
  it('brings the judgement back with the segment', () => {
    const judged = state(work(segment('a', { source_id: 3, outcome: 'accepted' })));
    const rejected = state(work(segment('a', { source_id: 3, outcome: 'rejected' })));
    expect(undone(recorded(historyOf(judged), 'reject', rejected)).present.document).toEqual(judged.document);
  });
  it('takes only my own change back when somebody else has changed the same segment since', () => {
    const mine = recorded(historyOf(second), 'label', state(work(segment('a', { label: 'Mine' }))));
    const theirs = work(segment('a', { end_ms: 2000 }), segment('t'));
    const { document } = mergedDocument(second.document, mine.present.document, theirs);
    const after = undone({ ...mine, present: state(document) });
    expect(after.present.document).toEqual(theirs);
    expect(redone(after).present.document).toEqual(document);
  });
});

describe('a history that outlives its page', () => {
  it('goes on where it was', () => {
    const history = undone(recorded(recorded(historyOf(first), 'add', second), 'add', third));
    const steps = JSON.parse(JSON.stringify(keptSteps(history))) as ReturnType<typeof keptSteps>;
    const again = continued(history.present.document, steps);
    expect(undone(again).present).toEqual(first);
    expect(redone(again).present).toEqual(third);
  });
  it('leaves out the oldest steps where they are too heavy', () => {
    const many = Array.from({ length: 15_000 }, (_, index) => segment(`k${index}`));
    let history: History = recorded(historyOf(first), 'import', state(work(...many)));
    history = recorded(history, 'import', first);
    history = recorded(history, 'add', second);
    expect(keptSteps(history).past.map((step) => step.name)).toEqual(['import', 'add']);
  });
});

describe('any walk through a history', () => {
  it('comes back to where it was', () => {
    let random = 7;
    const next = (below: number) => (random = (random * 16807) % 2147483647) % below;
    for (let round = 0; round < 60; round += 1) {
      let history = historyOf(first);
      const seen: WorkDocument[] = [first.document];
      for (let step = 0; step < 12; step += 1) {
        const { segments } = history.present.document;
        const key = `k${next(5)}`;
        const without = segments.filter((one) => one.key !== key);
        const changed = next(3) === 0 ? without : [...without, segment(key, { start_ms: next(500), label: `L${next(3)}` })];
        const before = history.past.length;
        history = recorded(history, 'step', state(work(...changed)));
        if (history.past.length > before) seen.push(history.present.document);
      }
      for (const document of seen.reverse().slice(1)) {
        history = undone(history);
        expect(sameLabelling(history.present.document, document)).toBe(true);
      }
    }
  });
});
