// A round of questions against a real HTTP server that leases, keeps and refuses as Vigil does.
import 'fake-indexeddb/auto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbox } from './outbox';
import { QuestionRound } from './question_round.svelte';
import { Scope } from './scope';
import { PageShelf } from './shelf';

const LAST = 8;
let server: Server;
let scope: Scope;
let outbox: Outbox;
/** Status with which a call is refused, by the end of its path. */
let refusals: Map<string, { status: number; detail: string }>;
let answers: Map<number, unknown>;
let calls: string[];

function question(id: number) {
  return { id, kind: 'verify', video_id: 1, start_ms: 0, end_ms: 1000 };
}

function answerTo(path: string, body: { exclude?: number[]; payload?: unknown }): { status: number; body: unknown } {
  const verb = path.split('/').at(-1) ?? '';
  const refusal = refusals.get(verb);
  if (refusal) return { status: refusal.status, body: { error: 'No', detail: refusal.detail } };
  const id = Number(path.split('/').at(-2));
  calls.push(verb === 'next' ? verb : `${verb} ${id}`);
  if (verb === 'next') {
    const free = Array.from({ length: LAST }, (_, at) => at + 1).filter((one) => !answers.has(one) && !body.exclude?.includes(one));
    return { status: 200, body: { question: free[0] ? question(free[0]) : null, open: LAST - answers.size } };
  }
  if (verb === 'answer') answers.set(id, body.payload);
  if (verb === 'skip') answers.set(id, 'skipped');
  if (verb === 'withdraw') answers.delete(id);
  return { status: 200, body: { answer_id: id } };
}

async function bodyOf(request: IncomingMessage): Promise<{ exclude?: number[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString() || '{}') as { exclude?: number[] };
}

beforeEach(async () => {
  refusals = new Map();
  answers = new Map();
  calls = [];
  scope = new Scope();
  outbox = new Outbox(1, new PageShelf());
  server = createServer((request, response) => {
    void bodyOf(request).then((given) => {
      const { status, body } = answerTo(request.url ?? '', given);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // A browser knows its page's origin and cookies; node is told them.
  const send = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => send(origin + path, init));
  vi.stubGlobal('document', { cookie: 'csrftoken=abc' });
});

afterEach(() => {
  scope.end();
  vi.unstubAllGlobals();
  server.close();
});

async function begun(): Promise<QuestionRound> {
  const round = new QuestionRound({ scope, slug: 'demo', outbox, spent_ms: () => 0, retry_ms: 5 });
  await round.start(['verify']);
  return round;
}

const settled = (round: QuestionRound) => vi.waitFor(() => { expect([round.unsent, round.trouble]).toEqual([0, 'none']); });
const ids = (round: QuestionRound) => round.held.map((one) => one.id);

describe('a round of questions', () => {
  it('holds two more than it shows, and shows the next at once', async () => {
    const round = await begun();
    expect(ids(round)).toEqual([1, 2, 3]);
    round.answer({ verdict: 'yes' });
    expect([round.current?.id, round.state, round.answered], 'before any answer of the server').toEqual([2, 'asking', 1]);
    await settled(round);
    await vi.waitFor(() => { expect(ids(round)).toEqual([2, 3, 4]); });
    expect(answers.get(1)).toEqual({ verdict: 'yes' });
    expect(round.open).toBe(7);
  });

  it('ends when every question is answered', async () => {
    const round = await begun();
    for (let at = 0; at < LAST; at += 1) {
      await vi.waitFor(() => { expect(round.current).not.toBeNull(); });
      round.answer({ verdict: 'no' });
    }
    await vi.waitFor(() => { expect(round.state).toBe('done'); });
    await settled(round);
    expect(answers.size).toBe(LAST);
  });

  it('takes back several answers, the last one first, whether they have arrived or not', async () => {
    const round = await begun();
    round.answer({ verdict: 'yes' });
    await settled(round);
    round.answer({ moments_ms: [5] });
    expect(round.withdraw()).toEqual({ moments_ms: [5] });
    expect(round.current?.id).toBe(2);
    expect(round.withdraw()).toEqual({ verdict: 'yes' });
    expect([round.current?.id, round.answered, round.canWithdraw]).toEqual([1, 0, false]);
    await settled(round);
    expect(answers.size).toBe(0);
    round.answer({ verdict: 'no' });
    await settled(round);
    expect(answers).toEqual(new Map([[1, { verdict: 'no' }]]));
  });

  it('keeps the order of what is taken back and said anew at once', async () => {
    const round = await begun();
    for (const verdict of ['yes', 'no']) round.answer({ verdict });
    await settled(round);
    round.withdraw();
    round.withdraw();
    round.answer({ verdict: 'unsure' });
    await settled(round);
    expect(answers).toEqual(new Map([[1, { verdict: 'unsure' }]]));
    expect(calls.filter((call) => call !== 'next')).toEqual(['answer 1', 'answer 2', 'withdraw 2', 'withdraw 1', 'answer 1']);
  });

  it('goes on without a connection as far as questions are here, and sends everything in order afterwards', async () => {
    const round = await begun();
    refusals.set('next', { status: 503, detail: 'The server is starting.' });
    refusals.set('answer', { status: 503, detail: 'The server is starting.' });
    for (const verdict of ['yes', 'no', 'unsure']) round.answer({ verdict });
    await vi.waitFor(() => { expect([round.state, round.trouble, round.unsent]).toEqual(['offline', 'offline', 3]); });
    expect(round.detail).toBe('The server is starting.');
    refusals.clear();
    await settled(round);
    await vi.waitFor(() => { expect([round.state, round.current?.id]).toEqual(['asking', 4]); });
    expect(calls.filter((call) => call.startsWith('answer'))).toEqual(['answer 1', 'answer 2', 'answer 3']);
  });

  it('does not ask again what an earlier page answered and could not send', async () => {
    refusals.set('answer', { status: 503, detail: 'away' });
    await outbox.put({ kind: 'answer', key: 'kept', question_id: 1, payload: { verdict: 'yes' }, spent_ms: 5 });
    const round = await begun();
    expect(ids(round)).toEqual([2, 3, 4]);
    refusals.clear();
    await settled(round);
    expect(answers.get(1)).toEqual({ verdict: 'yes' });
  });

  it('tells of an answer that somebody else was faster with, and goes on', async () => {
    const round = await begun();
    refusals.set('answer', { status: 409, detail: 'This question is already answered; take the next one.' });
    round.answer({ verdict: 'yes' });
    await vi.waitFor(() => { expect(round.refusals).toEqual({ count: 1, detail: 'This question is already answered; take the next one.' }); });
    expect([round.current?.id, round.answered, round.canWithdraw]).toEqual([2, 0, false]);
    refusals.clear();
    round.answer({ verdict: 'no' });
    await settled(round);
    expect(round.refusals.count, 'stays until the person puts it away').toBe(1);
    expect(round.answered).toBe(1);
    round.putAway();
    expect(round.refusals.count).toBe(0);
  });

  it('passes a question by', async () => {
    const round = await begun();
    round.skip();
    expect([round.current?.id, round.answered]).toEqual([2, 0]);
    await settled(round);
    expect(answers).toEqual(new Map([[1, 'skipped']]));
  });

  it('takes a skip back before the answer that was given before it', async () => {
    const round = await begun();
    round.answer({ verdict: 'yes' });
    round.skip();
    expect([round.withdraw(), round.current?.id, round.answered]).toEqual([null, 2, 1]);
    expect([round.withdraw(), round.current?.id, round.answered]).toEqual([{ verdict: 'yes' }, 1, 0]);
    await settled(round);
    expect(answers.size).toBe(0);
  });

  it('drops what went to somebody else, and says so when it was the one that is shown', async () => {
    const round = await begun();
    round.gone([2]);
    expect([ids(round), round.taken]).toEqual([[1, 3], 0]);
    round.gone([1]);
    expect([round.current?.id, round.taken, round.refusals.count], 'no answer was lost').toEqual([3, 1, 0]);
  });

  it('says why when the server does not let the person ask', async () => {
    refusals.set('next', { status: 403, detail: 'You may look only.' });
    const round = await begun();
    expect([round.state, round.detail]).toEqual(['failed', 'You may look only.']);
  });
});
