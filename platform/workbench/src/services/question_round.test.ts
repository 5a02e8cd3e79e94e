// A round of questions against a real HTTP server that refuses as Vigil does.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QuestionRound } from './question_round.svelte';

let server: Server;
let refusal: { status: number; detail: string } | null = null;
let asked = 0;

function question(id: number) {
  return { id, kind: 'verify', video_id: 1, start_ms: 0, end_ms: 1000 };
}

function answerTo(path: string): { status: number; body: unknown } {
  if (path.endsWith('/next')) return { status: 200, body: { question: question(++asked), open: 3 } };
  if (refusal) return { status: refusal.status, body: { error: 'Conflict', detail: refusal.detail } };
  return { status: 200, body: { answer_id: 1 } };
}

beforeEach(async () => {
  refusal = null;
  asked = 0;
  server = createServer((request: IncomingMessage, response) => {
    const { status, body } = answerTo(request.url ?? '');
    request.resume().on('end', () => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // A browser knows its page's origin and cookies; node is told them.
  const send = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => send(origin + path, init));
  vi.stubGlobal('document', { cookie: 'csrftoken=abc' });
});

afterEach(() => {
  vi.unstubAllGlobals();
  server.close();
});

describe('a round of questions', () => {
  it('tells of an answer that somebody else was faster with, and goes on', async () => {
    const round = new QuestionRound('demo', () => 0);
    await round.start();
    refusal = { status: 409, detail: 'This question is already answered; take the next one.' };
    expect(await round.answer({ verdict: 'yes' })).toBe(true);
    expect(round.lost).toBe('This question is already answered; take the next one.');
    expect([round.current?.id, round.answered]).toEqual([2, 0]);
    refusal = null;
    await round.answer({ verdict: 'no' });
    expect(round.lost, 'stays until the person puts it away').not.toBe('');
    expect(round.answered).toBe(1);
  });

  it('keeps the question when the server is away', async () => {
    const round = new QuestionRound('demo', () => 0);
    await round.start();
    refusal = { status: 503, detail: 'The server is starting.' };
    expect(await round.answer({ verdict: 'yes' })).toBe(false);
    expect([round.current?.id, round.detail, round.lost]).toEqual([1, 'The server is starting.', '']);
  });
});
