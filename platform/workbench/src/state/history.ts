/** What was done, so that it can be undone and done again. */
import type { WorkState } from './work';

export interface Step {
  readonly name: string;
  readonly before: WorkState;
  readonly after: WorkState;
  /** Steps with the same key that follow each other are one step: a typed sentence, a held nudge key. */
  readonly joins: string | null;
}

export interface History {
  readonly present: WorkState;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
}

const LIMIT = 500;

export function historyOf(present: WorkState): History {
  return { present, past: [], future: [] };
}

export function recorded(history: History, name: string, after: WorkState, joins: string | null = null): History {
  if (after.document === history.present.document) return { ...history, present: after };
  const last = history.past.at(-1);
  if (last && joins !== null && last.joins === joins) {
    return { present: after, past: [...history.past.slice(0, -1), { ...last, after }], future: [] };
  }
  const step: Step = { name, before: history.present, after, joins };
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
  return { present: step.before, past: history.past.slice(0, -1), future: [...history.future, step] };
}

export function redone(history: History): History {
  const step = history.future.at(-1);
  if (!step) return history;
  return { present: step.after, past: [...history.past, { ...step, joins: null }], future: history.future.slice(0, -1) };
}
