/** The calls to Vigil's API. Every refusal becomes an `ApiError` with the server's own sentence. */
import type { Draft, DraftAsked, NextQuestion, Phrasebook, Preferences, QuestionsRenewed, QuestionsWaiting, SaveConflict, Saved, Scores, Similar, Submitted, Workbench, WorkDocument } from '../state/contract';
import { pagePerson } from './page_root';
import { unpackedScores, unpackedTimes } from '../state/packed';

/** `status` is 0 when no answer came: no network, or the server is away. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly body: unknown = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** Worth another try as it is: nothing about the request was wrong. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** The login has ended, or somebody else's has begun; cookies that were cleared show as a missing CSRF token first. */
  get isSignedOut(): boolean {
    return this.status === 401 || (this.status === 403 && this.word === 'StaleToken');
  }

  /** The server's word for the kind of refusal. */
  get word(): string {
    const { body } = this;
    return typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : '';
  }
}

interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly revision?: number;
  readonly keepalive?: boolean;
}

function csrfToken(): string {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ?? document.querySelector<HTMLElement>('[data-csrf-token]')?.dataset.csrfToken ?? '';
}

function headersOf(call: Call): Headers {
  const headers = new Headers({ Accept: 'application/json' });
  const person = pagePerson();
  if (person !== null) headers.set('X-Vigil-User', String(person));
  if (call.method && call.method !== 'GET') headers.set('X-CSRFToken', csrfToken());
  if (call.body !== undefined) headers.set('Content-Type', 'application/json');
  if (call.revision !== undefined) headers.set('If-Match', `"${call.revision}"`);
  return headers;
}

function detailOf(body: unknown, status: number): string {
  if (typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string') return body.detail;
  return `The server answered ${status}.`;
}

async function answered(path: string, call: Call = {}): Promise<Response> {
  try {
    return await fetch(path, {
      method: call.method ?? 'GET',
      headers: headersOf(call),
      credentials: 'same-origin',
      keepalive: call.keepalive ?? false,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
  } catch (error) {
    throw new ApiError(0, error instanceof Error ? error.message : 'no answer');
  }
}

/** The answer of one call; for the other rooms, which keep their calls beside what they do. */
export async function called<Answer>(path: string, call: Call = {}): Promise<Answer> {
  const response = await answered(path, call);
  const isJson = response.headers.get('Content-Type')?.includes('json') ?? false;
  const body: unknown = isJson ? await response.json() : null;
  // A login page instead of an answer means that the session has ended.
  if (response.ok && !isJson) throw new ApiError(response.redirected ? 401 : 502, 'The server sent a page instead of an answer.');
  if (!response.ok) throw new ApiError(response.status, detailOf(body, response.status), body);
  return body as Answer;
}

async function bytesOf(path: string): Promise<ArrayBuffer> {
  const response = await answered(path);
  if (response.ok && !response.redirected) return response.arrayBuffer();
  const isJson = response.headers.get('Content-Type')?.includes('json') ?? false;
  const body: unknown = isJson ? await response.json() : null;
  throw new ApiError(response.redirected ? 401 : response.status, detailOf(body, response.status), body);
}

/** Without scores; `scoresOf` brings them. The page's head asks for the same address early (annotations/pages.py). */
export function workbenchOf(video_id: number, question_id: number | null): Promise<Workbench> {
  const query = question_id === null ? '' : `&question=${question_id}`;
  return called(`/api/videos/${video_id}/workbench?scores=apart${query}`);
}

export async function scoresOf(scores_url: string): Promise<Scores> {
  return unpackedScores(await bytesOf(scores_url));
}

export function videoRetry(video_id: number): Promise<{ readonly state: string }> {
  return called(`/api/videos/${video_id}/retry`, { method: 'POST', body: {} });
}

export async function frameTimesOf(video_id: number): Promise<Int32Array> {
  return unpackedTimes(await bytesOf(`/api/videos/${video_id}/frame-times/packed`));
}

export function documentSave(annotation_id: number, revision: number, body: WorkDocument, keepalive = false): Promise<Saved> {
  return called(`/api/annotations/${annotation_id}`, { method: 'PUT', revision, body, keepalive });
}

export function conflictOf(error: unknown): SaveConflict | null {
  if (!(error instanceof ApiError) || error.status !== 409) return null;
  const { body } = error;
  const isConflict = typeof body === 'object' && body !== null && 'revision' in body && 'document' in body;
  return isConflict ? (body as SaveConflict) : null;
}

/** `spent_ms`: time on the question alone; null leaves it to the annotation's. */
export function annotationSubmit(
  annotation_id: number,
  revision: number,
  question_id: number | null,
  spent_ms: number | null = null,
): Promise<Submitted> {
  return called(`/api/annotations/${annotation_id}/submit`, { method: 'POST', revision, body: { question_id, spent_ms } });
}

export function questionNext(slug: string, kinds: readonly string[] | null, exclude: readonly number[]): Promise<NextQuestion> {
  return called(`/api/projects/${encodeURIComponent(slug)}/questions/next`, { method: 'POST', body: { kinds, exclude } });
}

export function questionAnswer(question_id: number, payload: unknown, spent_ms: number): Promise<{ readonly answer_id: number }> {
  return called(`/api/questions/${question_id}/answer`, { method: 'POST', body: { payload, spent_ms: Math.round(spent_ms) } });
}

export function draftAsk(video_id: number, asked: DraftAsked): Promise<Draft> {
  return called(`/api/videos/${video_id}/drafts`, { method: 'POST', body: asked });
}

export function draftOf(draft_id: number): Promise<Draft> {
  return called(`/api/drafts/${draft_id}`);
}

export function draftCancel(draft_id: number): Promise<Draft> {
  return called(`/api/drafts/${draft_id}/cancel`, { method: 'POST', body: {} });
}

export function phrasesOf(slug: string): Promise<{ readonly books: readonly Phrasebook[] }> {
  return called(`/api/projects/${encodeURIComponent(slug)}/phrases`);
}

export function questionSkip(question_id: number): Promise<unknown> {
  return called(`/api/questions/${question_id}/skip`, { method: 'POST', body: {} });
}

/** Takes one's own answer back; without one there is nothing to do. */
export function questionWithdraw(question_id: number): Promise<unknown> {
  return called(`/api/questions/${question_id}/withdraw`, { method: 'POST', body: {} });
}

/** Keeps questions for another ten minutes; those that are missing in the answer went to others. */
export function questionsRenew(slug: string, ids: readonly number[]): Promise<QuestionsRenewed> {
  return called(`/api/projects/${encodeURIComponent(slug)}/questions/renew`, { method: 'POST', body: { ids } });
}

export function questionsWaiting(slug: string): Promise<QuestionsWaiting> {
  return called(`/api/projects/${encodeURIComponent(slug)}/questions/waiting`);
}

export function preferencesFetch(): Promise<Preferences> {
  return called('/api/me/preferences');
}

export function preferencesSave(preferences: Preferences): Promise<Preferences> {
  return called('/api/me/preferences', { method: 'PUT', body: preferences });
}

export function similarOf(video_id: number, start_ms: number, end_ms: number): Promise<Similar> {
  return called(`/api/videos/${video_id}/similar?start_ms=${start_ms}&end_ms=${end_ms}`);
}
