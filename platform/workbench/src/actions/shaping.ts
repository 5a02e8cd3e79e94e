/** New segments: drawn, split in two, merged into one. */
import type { Segment } from '../state/contract';
import { MOST_PAIRS, pairsOf, turnsOf } from '../state/dialogue';
import { revived, SHORTEST_MS, withChange, withSegments, type Action, type Surroundings } from './action';

export interface Drawn {
  readonly key: string;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly label: string;
}

export function add(around: Surroundings, drawn: Drawn): Action {
  const start_ms = Math.round(Math.max(0, Math.min(drawn.start_ms, around.duration_ms - SHORTEST_MS)));
  const end_ms = Math.round(Math.min(around.duration_ms, Math.max(drawn.end_ms, start_ms + SHORTEST_MS)));
  const segment: Segment = {
    key: drawn.key,
    start_ms,
    end_ms,
    label: drawn.label,
    explanation: '',
    outcome: 'manual',
    source_id: null,
    draft_explanation: '',
    draft_id: null,
    dialogue: [],
  };
  return { name: 'add', perform: (state) => withSegments(state, [...state.document.segments, segment], segment.key) };
}

export interface SplitKeys {
  /** Key of the first part, should the row be a suggestion. */
  readonly first: string;
  readonly second: string;
}

/** Two segments that meet at a time; nothing happens where one of them would be too short to see. */
export function split(around: Surroundings, row_id: string, at_ms: number, keys: SplitKeys): Action {
  const perform: Action['perform'] = (state) => {
    let cut: Segment | null = null;
    const first = withChange(state, around, row_id, keys.first, (segment) => {
      const isTooNear = at_ms - segment.start_ms < SHORTEST_MS || segment.end_ms - at_ms < SHORTEST_MS;
      if (isTooNear) return segment;
      cut = { ...revived(segment), key: keys.second, start_ms: Math.round(at_ms), outcome: 'manual', source_id: null, dialogue: [] };
      return { ...revived(segment), end_ms: Math.round(at_ms) };
    });
    return cut ? withSegments(first, [...first.document.segments, cut], keys.second) : state;
  };
  return { name: 'split', perform };
}

/** One segment over both; the sentences are joined where they differ. The second one goes. */
export function merge(around: Surroundings, row_id: string, next: Segment, new_key: string): Action {
  const perform: Action['perform'] = (state) => {
    const rest = withSegments(
      state,
      state.document.segments.filter((segment) => segment.key !== next.key),
    );
    return withChange(rest, around, row_id, new_key, (segment) => {
      const texts = [segment.explanation, next.explanation].filter((text) => text.trim() !== '');
      return {
        ...revived(segment),
        start_ms: Math.min(segment.start_ms, next.start_ms),
        end_ms: Math.max(segment.end_ms, next.end_ms),
        explanation: [...new Set(texts)].join(' '),
        dialogue: turnsOf([...pairsOf(segment), ...pairsOf(next)].slice(0, MOST_PAIRS)),
      };
    });
  };
  return { name: 'merge', perform };
}
