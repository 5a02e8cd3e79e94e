/** Where a person goes after a task. */
import type { Question, QuestionKind } from '../state/contract';

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

/** Kinds that are answered in the workbench; who works there goes on there while there is work of this kind. */
export const WORKBENCH_KINDS: readonly QuestionKind[] = ['bounds', 'explain', 'dialogue', 'full'];
