/** What was done, so that it can be undone and done again: also after a save, after a merge, and after the page was closed. */
import type { WorkDocument } from './contract';
import { patched } from './merge';
import { composed, isNothing, patchOf, reversed, sizeOf, type DocumentPatch } from './patch';
import type { WorkState } from './work';

export interface Step {
  readonly name: string;
  /** What the step changed. Taking it back leaves alone what others changed meanwhile. */
  readonly patch: DocumentPatch;
  readonly selectedBefore: string | null;
  readonly selectedAfter: string | null;
  /** Steps with the same key that follow each other are one step: a typed sentence, a held nudge key. */
  readonly joins: string | null;
}

export interface History {
  readonly present: WorkState;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
}

/** The part of a history that outlives its page. */
export type Steps = Pick<History, 'past' | 'future'>;

const LIMIT = 500;
/** Steps that change very many segments are heavy; together a kept history stays below this. */
const HEAVIEST = 20_000;

export function historyOf(present: WorkState): History {
  return { present, past: [], future: [] };
}

export function recorded(history: History, name: string, after: WorkState, joins: string | null = null): History {
  if (after.document === history.present.document) return { ...history, present: after };
  const patch = patchOf(history.present.document, after.document);
  const last = history.past.at(-1);
  if (last && joins !== null && last.joins === joins) {
    const joint = composed(last.patch, patch);
    const earlier = history.past.slice(0, -1);
    const past = isNothing(joint) ? earlier : [...earlier, { ...last, patch: joint, selectedAfter: after.selected }];
    return { present: after, past, future: [] };
  }
  if (isNothing(patch)) return { ...history, present: after };
  const step: Step = { name, patch, selectedBefore: history.present.selected, selectedAfter: after.selected, joins };
  return { present: after, past: [...history.past.slice(-LIMIT + 1), step], future: [] };
}

/** The last step can no longer be joined by the next one. */
export function sealed(history: History): History {
  const last = history.past.at(-1);
  if (!last || last.joins === null) return history;
  return { ...history, past: [...history.past.slice(0, -1), { ...last, joins: null }] };
}

export function undone(history: History): History {
  const step = history.past.at(-1);
  if (!step) return history;
  const document = patched(history.present.document, reversed(step.patch));
  const present = { document, selected: step.selectedBefore };
  return { present, past: history.past.slice(0, -1), future: [...history.future, step] };
}

export function redone(history: History): History {
  const step = history.future.at(-1);
  if (!step) return history;
  const document = patched(history.present.document, step.patch);
  const present = { document, selected: step.selectedAfter };
  return { present, past: [...history.past, { ...step, joins: null }], future: history.future.slice(0, -1) };
}

/** What is worth keeping of a history: its newest steps, as far as they are not too heavy. */
export function keptSteps(history: History): Steps {
  let weight = 0;
  const light = (step: Step) => (weight += sizeOf(step.patch)) <= HEAVIEST;
  const cutAt = (steps: readonly Step[]) => {
    const at = steps.findLastIndex((step) => !light(step));
    return steps.slice(at + 1);
  };
  return { past: cutAt(history.past), future: cutAt(history.future) };
}

/** A history that goes on from the steps of an earlier page. */
export function continued(document: WorkDocument, steps: Steps): History {
  const past = steps.past.map((step) => ({ ...step, joins: null }));
  return { present: { document, selected: null }, past, future: steps.future };
}
