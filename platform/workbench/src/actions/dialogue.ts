/** What a person does to a segment's dialogue, and taking what the model wrote anew. */
import type { Segment } from '../state/contract';
import { MOST_PAIRS, pairsOf, turnsOf, type Pair } from '../state/dialogue';
import { revived, withChange, type Action, type ActionName } from './action';
import type { Target } from './editing';

export type Side = keyof Pair;

function ofPairs(name: ActionName, target: Target, change: (pairs: Pair[]) => Pair[], joins?: string): Action {
  const { around, row_id, new_key } = target;
  const changed = (segment: Segment): Segment => ({ ...revived(segment), dialogue: turnsOf(change(pairsOf(segment))) });
  return {
    name,
    perform: (state) => withChange(state, around, row_id, new_key, changed),
    ...(joins === undefined ? {} : { joins }),
  };
}

/** A question at the end of the dialogue; nothing where it is full. */
export function addPair(target: Target, question: string, answer = ''): Action {
  return ofPairs('ask', target, (pairs) => (pairs.length < MOST_PAIRS ? [...pairs, { question, answer }] : pairs));
}

/** Undo takes a text back as a whole, not letter by letter. */
export function editPair(target: Target, at: number, side: Side, text: string): Action {
  const joins = `turn:${target.new_key}:${at}:${side}`;
  const change = (pairs: Pair[]) => pairs.map((pair, index) => (index === at ? { ...pair, [side]: text } : pair));
  return ofPairs('edit_dialogue', target, change, joins);
}

export function removePair(target: Target, at: number): Action {
  return ofPairs('remove_question', target, (pairs) => pairs.filter((_, index) => index !== at));
}

/** Moves a question with its answer up (-1) or down (1). */
export function movePair(target: Target, at: number, by: -1 | 1): Action {
  return ofPairs('move_question', target, (pairs) => {
    const [moved, other] = [pairs[at], pairs[at + by]];
    if (!moved || !other) return pairs;
    return pairs.map((pair, index) => (index === at ? other : index === at + by ? moved : pair));
  });
}

/** The answer that the model drafted, taken as it is. */
export function takeAnswer(target: Target, at: number, text: string): Action {
  const change = (pairs: Pair[]) => pairs.map((pair, index) => (index === at ? { ...pair, answer: text } : pair));
  return ofPairs('take_draft', target, change);
}

/** The sentence that the model wrote anew, taken as it is: from now on it is the draft that a person's words differ from. */
export function takeDraft(target: Target, draft: { readonly id: number; readonly text: string }): Action {
  const { around, row_id, new_key } = target;
  const taken = (segment: Segment): Segment => ({
    ...revived(segment),
    explanation: draft.text,
    draft_explanation: draft.text,
    draft_id: draft.id,
  });
  return { name: 'take_draft', perform: (state) => withChange(state, around, row_id, new_key, taken) };
}
