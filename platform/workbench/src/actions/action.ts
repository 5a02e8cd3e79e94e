/** One thing a person can do to the work. Keys, buttons, the timeline and undo all use the same objects. */
import type { ModelSegment, Prediction, Segment } from '../state/contract';
import { outcomeOf, sourceIdOf, sourceOf, type WorkState } from '../state/work';

export interface Action {
  /** What undo says it takes back; a key of the dictionary. */
  readonly name: ActionName;
  readonly perform: (state: WorkState) => WorkState;
  /** Following actions with the same key are undone together. */
  readonly joins?: string;
}

export type ActionName =
  | 'accept'
  | 'reject'
  | 'remove'
  | 'move_edge'
  | 'move'
  | 'add'
  | 'split'
  | 'merge'
  | 'change_label'
  | 'edit_explanation'
  | 'mark_watched'
  | 'clip'
  | 'take_version'
  | 'restore'
  | 'ask'
  | 'edit_dialogue'
  | 'remove_question'
  | 'move_question'
  | 'take_draft';

/** What actions look up and never change. */
export interface Surroundings {
  readonly prediction: Prediction | null;
  readonly duration_ms: number;
}

/** The shortest segment that can be drawn; anything shorter could not be seen. */
export const SHORTEST_MS = 40;

export function segmentFromModel(source: ModelSegment, key: string): Segment {
  return {
    key,
    start_ms: source.start_ms,
    end_ms: source.end_ms,
    label: source.label,
    explanation: source.explanation,
    outcome: 'accepted',
    source_id: source.id,
    draft_explanation: source.explanation,
    draft_id: null,
    dialogue: [],
  };
}

export function withSegments(state: WorkState, segments: readonly Segment[], selected = state.selected): WorkState {
  return { document: { ...state.document, segments }, selected };
}

/**
 * The state with one row changed. An unjudged suggestion becomes a segment of the person under `new_key` first, so
 * touching it in any way judges it. A row that does not exist leaves the state as it is.
 */
export function withChange(
  state: WorkState,
  around: Surroundings,
  row_id: string,
  new_key: string,
  change: (segment: Segment) => Segment,
): WorkState {
  const source_id = sourceIdOf(row_id);
  if (source_id !== null) {
    const source = around.prediction?.segments.find((segment) => segment.id === source_id);
    if (!source) return state;
    const drafted = segmentFromModel(source, new_key);
    const segment = judged(change({ ...drafted, end_ms: Math.min(drafted.end_ms, around.duration_ms) }), source);
    return withSegments(state, [...state.document.segments, segment], segment.key);
  }
  if (!state.document.segments.some((segment) => segment.key === row_id)) return state;
  const segments = state.document.segments.map((segment) =>
    segment.key === row_id ? judged(change(segment), sourceOf(segment, around.prediction)) : segment,
  );
  return withSegments(state, segments);
}

function judged(segment: Segment, source: ModelSegment | null): Segment {
  return segment.outcome === 'rejected' ? segment : { ...segment, outcome: outcomeOf(segment, source) };
}

/** A rejected segment that is worked on again is no longer rejected. */
export function revived(segment: Segment): Segment {
  return segment.outcome === 'rejected' ? { ...segment, outcome: 'changed' } : segment;
}
