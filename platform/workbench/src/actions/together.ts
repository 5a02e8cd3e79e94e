/** Several actions that are done, and taken back, as one. */
import type { Segment } from '../state/contract';
import { SHORTEST_MS, withSegments, type Action, type ActionName } from './action';

export function together(name: ActionName, actions: readonly Action[]): Action {
  return { name, perform: (state) => actions.reduce((so_far, action) => action.perform(so_far), state) };
}

/** The segment with what lies beyond the video's end cut off. */
export function clipped(segment: Segment, duration_ms: number): Segment {
  if (segment.end_ms <= duration_ms) return segment;
  return { ...segment, start_ms: Math.max(0, Math.min(segment.start_ms, duration_ms - SHORTEST_MS)), end_ms: duration_ms };
}

/** Cuts every segment off at the video's end: what an import or another cut of the film brought too long. */
export function clipAll(duration_ms: number): Action {
  return {
    name: 'clip',
    perform: (state) =>
      state.document.segments.some((segment) => segment.end_ms > duration_ms)
        ? withSegments(state, state.document.segments.map((segment) => clipped(segment, duration_ms)))
        : state,
  };
}
