/** Accept, reject, and taking a judgement back. */
import { revived, withChange, withSegments, type Action, type Surroundings } from './action';

export function accept(around: Surroundings, row_id: string, new_key: string): Action {
  return { name: 'accept', perform: (state) => withChange(state, around, row_id, new_key, revived) };
}

/** A model segment stays in the document as rejected, a negative example; one drawn by hand just goes. */
export function reject(around: Surroundings, row_id: string, new_key: string): Action {
  return {
    name: 'reject',
    perform: (state) => {
      const own = state.document.segments.find((segment) => segment.key === row_id);
      if (own?.source_id === null) return remove(row_id).perform(state);
      return withChange(state, around, row_id, new_key, (segment) => ({ ...segment, outcome: 'rejected' }));
    },
  };
}

/** Takes a person's segment away; one that came from the model is then a suggestion again. */
export function remove(row_id: string): Action {
  return {
    name: 'remove',
    perform: (state) => {
      const segments = state.document.segments.filter((segment) => segment.key !== row_id);
      if (segments.length === state.document.segments.length) return state;
      return withSegments(state, segments, state.selected === row_id ? null : state.selected);
    },
  };
}

export function markWatched(is_fully_watched: boolean): Action {
  return {
    name: 'mark_watched',
    perform: (state) =>
      state.document.is_fully_watched === is_fully_watched
        ? state
        : { ...state, document: { ...state.document, is_fully_watched } },
  };
}
