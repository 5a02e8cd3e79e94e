/** Where a person goes after a task. */
import type { Question, QuestionKind } from '../state/contract';
import { questionNext, questionSkip } from './api';

export function projectUrl(slug: string): string {
  return `/projects/${encodeURIComponent(slug)}/`;
}

/** Where a question for the workbench is answered. */
export function taskUrl(question: Question): string {
  return `/videos/${question.video_id}/?question=${question.id}`;
}

/** The page on which a question is answered. */
export function questionUrl(slug: string, question: Question): string {
  const isQuick = question.kind === 'verify' || question.kind === 'glance';
  return isQuick ? `${projectUrl(slug)}questions/` : taskUrl(question);
}

// Who works here goes on here while there is work of this kind.
const WORKBENCH_KINDS: readonly QuestionKind[] = ['bounds', 'explain', 'full'];

/** Passes the present question by, if there is one, and says where the next one is; null when none waits. */
export async function skippedUrl(slug: string, question: Question | null): Promise<string | null> {
  if (question) await questionSkip(question.id);
  const passed = question ? [question.id] : [];
  const { question: next } = await questionNext(slug, WORKBENCH_KINDS, passed);
  if (next) return questionUrl(slug, next);
  const { question: quick } = await questionNext(slug, null, passed);
  return quick ? questionUrl(slug, quick) : null;
}

