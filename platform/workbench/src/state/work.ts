/** What a person is working on, and what the list and the timeline show of it. Nothing here changes in place. */
import type { ModelSegment, Outcome, Prediction, Segment, Turn, WorkDocument } from './contract';

export interface WorkState {
  readonly document: WorkDocument;
  /** Id of the selected row: a segment's key, or `model:<id>` of an unjudged suggestion. */
  readonly selected: string | null;
}

/** One line of the segment list and one bar of the timeline. */
export interface Row {
  readonly id: string;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly label: string;
  readonly explanation: string;
  readonly draft_explanation: string;
  readonly dialogue: readonly Turn[];
  /** null: the model's suggestion, not yet judged. */
  readonly outcome: Outcome | null;
  readonly source: ModelSegment | null;
}

const SUGGESTION = 'model:';

export function suggestionId(source_id: number): string {
  return SUGGESTION + source_id;
}

export function sourceIdOf(row_id: string): number | null {
  return row_id.startsWith(SUGGESTION) ? Number(row_id.slice(SUGGESTION.length)) : null;
}

const sources = new WeakMap<Prediction, ReadonlyMap<number, ModelSegment>>();

/** The model's segment it came from. A prediction never changes, so its segments are put in order once. */
export function sourceOf(segment: Segment, prediction: Prediction | null): ModelSegment | null {
  if (segment.source_id === null || !prediction) return null;
  let byId = sources.get(prediction);
  if (!byId) {
    byId = new Map(prediction.segments.map((source) => [source.id, source]));
    sources.set(prediction, byId);
  }
  return byId.get(segment.source_id) ?? null;
}

/** The model's sentence: the one that it wrote anew, where the person took one. */
function draftOf(segment: Segment, source: ModelSegment): string {
  return (segment.draft_id ?? null) === null ? source.explanation : segment.draft_explanation;
}

/** The outcome that a kept segment has by what was changed on it. */
export function outcomeOf(segment: Segment, source: ModelSegment | null): Outcome {
  if (segment.source_id === null) return 'manual';
  if (!source) return segment.outcome;
  const isAsDrafted =
    segment.start_ms === source.start_ms &&
    segment.end_ms === source.end_ms &&
    segment.label === source.label &&
    segment.explanation === draftOf(segment, source);
  return isAsDrafted ? 'accepted' : 'changed';
}

const SAME_EVENT_IOU = 0.5;

/** Whether a segment tells of the same event: it holds the suggestion whole, or overlaps it by half of their union. */
function holds(segment: Segment, source: ModelSegment): boolean {
  if (segment.start_ms <= source.start_ms && segment.end_ms >= source.end_ms) return true;
  const common_ms = Math.min(segment.end_ms, source.end_ms) - Math.max(segment.start_ms, source.start_ms);
  const union_ms = Math.max(segment.end_ms, source.end_ms) - Math.min(segment.start_ms, source.start_ms);
  return common_ms >= SAME_EVENT_IOU * union_ms;
}

function isCovered(source: ModelSegment, segments: readonly Segment[]): boolean {
  return segments.some((segment) => holds(segment, source));
}

/** The model's segments that still wait for a person: not judged, and no event that the person marked with the same label. */
export function openSuggestions(document: WorkDocument, prediction: Prediction | null): ModelSegment[] {
  const judged = new Set(document.segments.map((segment) => segment.source_id));
  const kept = new Map<string, Segment[]>();
  for (const segment of document.segments) {
    if (segment.outcome === 'rejected') continue;
    const ofLabel = kept.get(segment.label);
    if (ofLabel) ofLabel.push(segment);
    else kept.set(segment.label, [segment]);
  }
  return (prediction?.segments ?? []).filter((source) => !judged.has(source.id) && !isCovered(source, kept.get(source.label) ?? []));
}

function segmentRow(segment: Segment, prediction: Prediction | null): Row {
  return { ...segment, id: segment.key, dialogue: segment.dialogue ?? [], source: sourceOf(segment, prediction) };
}

function suggestionRow(source: ModelSegment): Row {
  const { id, start_ms, end_ms, label, explanation } = source;
  const row = { id: suggestionId(id), start_ms, end_ms, label, explanation, draft_explanation: explanation, dialogue: [] };
  return { ...row, outcome: null, source };
}

/** Everything to show, in order of time. */
export function rowsOfWork(document: WorkDocument, prediction: Prediction | null): Row[] {
  const rows = [
    ...document.segments.map((segment) => segmentRow(segment, prediction)),
    ...openSuggestions(document, prediction).map(suggestionRow),
  ];
  return rows.sort((a, b) => a.start_ms - b.start_ms || a.end_ms - b.end_ms || a.id.localeCompare(b.id));
}

/** The row that shares most with an interval: what a question is about whose segment is a person's. */
export function rowOfInterval(rows: readonly Row[], place: { readonly start_ms: number; readonly end_ms: number }): Row | null {
  const shared = (row: Row) => Math.min(row.end_ms, place.end_ms) - Math.max(row.start_ms, place.start_ms);
  const near = rows.filter((row) => row.outcome !== 'rejected' && shared(row) > 0);
  return near.sort((a, b) => shared(b) - shared(a))[0] ?? null;
}

/** The row `by` places further, from the selection or, without one, from a time; goes round at the ends. */
export function rowBeside(rows: readonly Row[], selected: string | null, time_ms: number, by: 1 | -1): Row | null {
  if (rows.length === 0) return null;
  const current = rows.findIndex((row) => row.id === selected);
  if (current >= 0) return rows[(current + by + rows.length) % rows.length] ?? null;
  if (by > 0) return rows.find((row) => row.end_ms > time_ms) ?? rows[0] ?? null;
  return rows.findLast((row) => row.start_ms < time_ms) ?? rows.at(-1) ?? null;
}

/** The next row that nobody has judged yet, after the given one; the first such row when none follows. */
export function nextOpenRow(rows: readonly Row[], after: string | null): Row | null {
  const from = rows.findIndex((row) => row.id === after);
  const order = [...rows.slice(from + 1), ...rows.slice(0, Math.max(from, 0))];
  return order.find((row) => row.outcome === null) ?? null;
}

/** Two documents with the same labelling; the time spent is not compared. */
export function sameLabelling(a: WorkDocument, b: WorkDocument): boolean {
  return a.is_fully_watched === b.is_fully_watched && JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
}

function inOrder(document: WorkDocument): unknown[] {
  return [...document.segments]
    .sort((a, b) => a.key.localeCompare(b.key))
    .map((s) => [s.key, s.start_ms, s.end_ms, s.label, s.explanation, s.outcome, s.source_id, s.draft_id ?? null, s.dialogue ?? []]);
}
