/** An earlier version of a segment comes back, as a change that can be undone like any other. */
import type { Segment } from '../state/contract';
import type { Action } from './action';
import { withSegments } from './action';

export function restore(version: Segment, duration_ms: number): Action {
  // The video may have been made ready anew since, a little shorter.
  const end_ms = Math.min(version.end_ms, duration_ms);
  const segment = { ...version, start_ms: Math.min(version.start_ms, end_ms - 1), end_ms };
  return {
    name: 'restore',
    perform: (state) => {
      const { segments } = state.document;
      const isThere = segments.some((one) => one.key === segment.key);
      const next = isThere ? segments.map((one) => (one.key === segment.key ? segment : one)) : [...segments, segment];
      return withSegments(state, next, segment.key);
    },
  };
}
