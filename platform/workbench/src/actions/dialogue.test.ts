import { describe, expect, it } from 'vitest';
import type { Prediction, Segment } from '../state/contract';
import { isAnswered, joinedPairs, MOST_PAIRS, notYetAsked, pairsOf } from '../state/dialogue';
import { suggestionId, type WorkState } from '../state/work';
import type { Action, Surroundings } from './action';
import { addPair, editPair, movePair, removePair, takeAnswer, takeDraft } from './dialogue';
import { editExplanation } from './editing';
import { accept, reject } from './judging';
import { merge, split } from './shaping';

const suggested = { id: 7, start_ms: 1000, end_ms: 3000, label: 'Fighting', confidence: 0.8, explanation: 'Two men fight.', judgement: null };
const scores = { clip_start_ms: [], clip_end_ms: [], raw: [], long: [], short: [], fused: [] };
const prediction: Prediction = { id: 1, model: 'v1', scores_url: '', judgement: null, segments: [suggested], ...scores };
const around: Surroundings = { prediction, duration_ms: 10_000 };
const empty: WorkState = { document: { segments: [], is_fully_watched: false, spent_ms: 0 }, selected: suggestionId(7) };
const first = { around, row_id: suggestionId(7), new_key: 'k7' };
const target = { ...first, row_id: 'k7' };

function after(...actions: Action[]): WorkState {
  return actions.reduce((state, action) => action.perform(state), empty);
}
function only(state: WorkState): Segment {
  expect(state.document.segments).toHaveLength(1);
  return state.document.segments[0] as Segment;
}

describe('a dialogue', () => {
  it('makes a suggestion the person’s, accepted as it is', () => {
    const segment = only(after(addPair(first, 'Who began?')));
    expect([segment.key, segment.outcome]).toEqual(['k7', 'accepted']);
    expect(segment.dialogue).toEqual([{ role: 'user', text: 'Who began?' }, { role: 'assistant', text: '' }]);
  });

  it('is edited, moved and shortened pair by pair', () => {
    const two = [addPair(first, 'Who?', 'A man.'), addPair(target, 'Where?', 'At the gate.')];
    expect(pairsOf(only(after(...two, editPair(target, 1, 'answer', 'In the yard.'))))[1]).toEqual({ question: 'Where?', answer: 'In the yard.' });
    expect(pairsOf(only(after(...two, movePair(target, 1, -1)))).map((pair) => pair.question)).toEqual(['Where?', 'Who?']);
    expect(pairsOf(only(after(...two, movePair(target, 1, 1)))).map((pair) => pair.question)).toEqual(['Who?', 'Where?']);
    expect(pairsOf(only(after(...two, removePair(target, 0)))).map((pair) => pair.question)).toEqual(['Where?']);
    expect(pairsOf(only(after(...two, takeAnswer(target, 0, 'A woman.'))))[0]?.answer).toBe('A woman.');
  });

  it('takes no more questions than the server does', () => {
    const many = Array.from({ length: MOST_PAIRS + 3 }, (_, index) => addPair(index === 0 ? first : target, `Question ${index}?`));
    expect(pairsOf(only(after(...many)))).toHaveLength(MOST_PAIRS);
  });

  it('brings a rejected segment back, for it is worked on again', () => {
    expect(only(after(reject(around, first.row_id, 'k7'), addPair(target, 'Why?'))).outcome).toBe('accepted');
  });

  it('stays with the first part of a split and is joined by a merge', () => {
    const cut = after(addPair(first, 'Who?', 'A man.'), split(around, 'k7', 2000, { first: 'k7', second: 'k8' }));
    expect(cut.document.segments.map((segment) => pairsOf(segment).length)).toEqual([1, 0]);
    const second = cut.document.segments[1] as Segment;
    const talked = addPair({ around, row_id: 'k8', new_key: 'k8' }, 'Where?', 'Here.').perform(cut);
    const next = { ...second, dialogue: talked.document.segments[1]?.dialogue ?? [] };
    expect(pairsOf(only(merge(around, 'k7', next, 'k7').perform(talked))).map((pair) => pair.question)).toEqual(['Who?', 'Where?']);
  });

  it('of two people is one, where my answer to the same question stands', () => {
    const theirs = [{ question: 'Who?', answer: 'A man.' }, { question: 'Where?', answer: 'Here.' }];
    const mine = [{ question: 'Who? ', answer: 'A woman.' }, { question: 'Why?', answer: 'Money.' }];
    expect(joinedPairs(theirs, mine).map((pair) => pair.answer)).toEqual(['A woman.', 'Here.', 'Money.']);
  });

  it('knows what counts and what is still worth asking', () => {
    expect([isAnswered({ question: 'Who?', answer: ' ' }), isAnswered({ question: 'Who?', answer: 'I.' })]).toEqual([false, true]);
    expect(notYetAsked(['Who?', 'Where?'], [{ question: ' Who? ', answer: '' }])).toEqual(['Where?']);
  });
});

describe('a draft that was taken', () => {
  const draft = { id: 3, text: 'A man in red shoves another.' };

  it('is the draft from then on: left alone it is accepted, edited it is changed', () => {
    const taken = only(after(takeDraft(first, draft)));
    expect([taken.outcome, taken.draft_id, taken.draft_explanation, taken.source_id]).toEqual(['accepted', 3, draft.text, 7]);
    const edited = only(after(takeDraft(first, draft), editExplanation(target, 'A man shoves a woman.')));
    expect([edited.outcome, edited.draft_explanation]).toEqual(['changed', draft.text]);
  });

  it('is not the model’s first sentence any more', () => {
    const back = only(after(accept(around, first.row_id, 'k7'), takeDraft(target, draft), editExplanation(target, suggested.explanation)));
    expect(back.outcome).toBe('changed');
  });
});
