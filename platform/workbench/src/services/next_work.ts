/** Where a person goes after a task. */
import type { Question } from '../state/contract';
import { questionNext, questionSkip } from './api';

export function projectUrl(slug: string): string {
  return `/projects/${encodeURIComponent(slug)}/`;
}

/** The page on which a question is answered. */
export function questionUrl(slug: string, question: Question): string {
  const isQuick = question.kind === 'verify' || question.kind === 'glance';
  return isQuick ? `${projectUrl(slug)}questions/` : `/videos/${question.video_id}/?question=${question.id}`;
}

/** Passes the present question by, if there is one, and says where the next one is; null when none waits. */
export async function skippedUrl(slug: string, question: Question | null): Promise<string | null> {
  if (question) await questionSkip(question.id);
  const { question: next } = await questionNext(slug, null, question ? [question.id] : []);
  return next ? questionUrl(slug, next) : null;
}

