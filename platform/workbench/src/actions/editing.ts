/** Changes of one segment: edges, place, label, explanation. */
import type { Edge } from '../geometry/lanes';
import type { Segment, WorkDocument } from '../state/contract';
import { revived, SHORTEST_MS, withChange, type Action, type Surroundings } from './action';

export interface Target {
  readonly around: Surroundings;
  readonly row_id: string;
  /** Key of the new segment, should the row be a suggestion. */
  readonly new_key: string;
}

function edgeMoved(segment: Segment, edge: Edge, to_ms: number, duration_ms: number): Segment {
  const time = Math.round(to_ms);
  if (edge === 'start') return { ...segment, start_ms: Math.max(0, Math.min(time, segment.end_ms - SHORTEST_MS)) };
  return { ...segment, end_ms: Math.min(duration_ms, Math.max(time, segment.start_ms + SHORTEST_MS)) };
}

/** Moves one edge; it stops before the other one and at the ends of the video. */
export function moveEdge(target: Target, edge: Edge, to_ms: number, joins?: string): Action {
  const { around, row_id, new_key } = target;
  return {
    name: 'move_edge',
    perform: (state) =>
      withChange(state, around, row_id, new_key, (segment) => edgeMoved(revived(segment), edge, to_ms, around.duration_ms)),
    ...(joins === undefined ? {} : { joins }),
  };
}

/** Moves the whole segment, its length kept. */
export function moveTo(target: Target, start_ms: number): Action {
  const { around, row_id, new_key } = target;
  const moved = (segment: Segment): Segment => {
    const length = segment.end_ms - segment.start_ms;
    const start = Math.round(Math.max(0, Math.min(start_ms, around.duration_ms - length)));
    return { ...revived(segment), start_ms: start, end_ms: start + length };
  };
  return { name: 'move', perform: (state) => withChange(state, around, row_id, new_key, moved) };
}

export function changeLabel(target: Target, label: string): Action {
  const { around, row_id, new_key } = target;
  return {
    name: 'change_label',
    perform: (state) => withChange(state, around, row_id, new_key, (segment) => ({ ...revived(segment), label })),
  };
}

/** Undo takes a sentence back as a whole, not letter by letter. */
export function typingOf(target: Target): string {
  return `text:${target.new_key}`;
}

export function editExplanation(target: Target, explanation: string): Action {
  const { around, row_id, new_key } = target;
  return {
    name: 'edit_explanation',
    perform: (state) => withChange(state, around, row_id, new_key, (segment) => ({ ...revived(segment), explanation })),
    joins: typingOf(target),
  };
}

/** Another version of the whole document, after a conflict; can be undone like anything else. */
export function takeVersion(document: WorkDocument): Action {
  return { name: 'take_version', perform: (state) => ({ ...state, document }) };
}
