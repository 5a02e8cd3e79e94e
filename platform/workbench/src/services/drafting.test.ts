import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Drafting, answerPlace, explanationPlace } from './drafting.svelte';
import { Scope } from './scope';

const ASKED = { kind: 'explanation', start_ms: 0, end_ms: 1000, label: 'Fire', question: '' } as const;

/** A server that gives these answers, one after the other; the last one again and again. */
function serverOf(...answers: (readonly [number, unknown] | 'offline')[]) {
  const calls: string[] = [];
  vi.stubGlobal('fetch', (path: string, call: { method: string }) => {
    calls.push(`${call.method} ${path}`);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === 'offline' || !answer) return Promise.reject(new TypeError('no network'));
    return Promise.resolve(new Response(JSON.stringify(answer[1]), { status: answer[0], headers: { 'Content-Type': 'application/json' } }));
  });
  return calls;
}
const draft = (state: string, more = {}) => ({ id: 5, state, text: '', model: 'v2', error: '', is_own_words: false, ...more });

describe('asking the model', () => {
  let scope: Scope;
  let drafting: Drafting;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('document', { cookie: '', querySelector: () => null });
    scope = new Scope();
    drafting = new Drafting(scope, 9);
  });
  afterEach(() => {
    scope.end();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('waits through a lost network and brings the text', async () => {
    const calls = serverOf([202, draft('queued')], 'offline', [200, draft('running')], [200, draft('succeeded', { text: 'Flames rise.' })]);
    drafting.ask('here', ASKED);
    drafting.ask('here', ASKED);
    await vi.advanceTimersByTimeAsync(350);
    expect(drafting.at('here')).toMatchObject({ is: 'waiting', isOffline: true });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(drafting.at('here')).toMatchObject({ is: 'ready', draft: { text: 'Flames rise.' } });
    expect(calls.filter((call) => call.startsWith('POST'))).toEqual(['POST /api/videos/9/drafts']);
  });

  it('says that it takes long, and gives up when the person does', async () => {
    const calls = serverOf([202, draft('queued')], [200, draft('queued')]);
    drafting.ask('here', ASKED);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(drafting.at('here')).toMatchObject({ is: 'waiting', isSlow: true });
    drafting.drop('here');
    const before = calls.length;
    expect(calls[before - 1]).toBe('POST /api/drafts/5/cancel');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(calls).toHaveLength(before);
    expect(drafting.at('here')).toBeNull();
  });

  it('shows why there is none and asks again on demand', async () => {
    serverOf([409, { error: 'Conflict', detail: 'No model yet.' }], [202, draft('failed', { error: 'out of memory' })]);
    drafting.ask('here', ASKED);
    await vi.advanceTimersByTimeAsync(1);
    expect(drafting.at('here')).toEqual({ is: 'failed', detail: 'No model yet.' });
    drafting.retry('here');
    await vi.advanceTimersByTimeAsync(1);
    expect(drafting.at('here')).toEqual({ is: 'failed', detail: 'out of memory' });
  });
});

it('a suggestion and the segment it becomes have one place', () => {
  expect(explanationPlace({ id: 'model:7', source: { id: 7 } })).toBe(explanationPlace({ id: 'k7', source: { id: 7 } }));
  expect(answerPlace({ id: 'k', source: null }, ' Who? ')).toBe('k?Who?');
});
