// The autosave against a real HTTP server that keeps revisions as Vigil does, over a real connection.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Saved, SaveConflict, Segment, WorkDocument } from '../state/contract';
import { ApiError } from './api';
import { Autosave, type SaveStatus } from './autosave';
import { localCopies } from './local_copy';
import { Scope } from './scope';

function work(...labels: string[]): WorkDocument {
  const segments = labels.map((label, index): Segment => ({
    key: `k${index}`, start_ms: 0, end_ms: 1000, label, explanation: '', outcome: 'manual', source_id: null, draft_explanation: '',
  }));
  return { segments, is_fully_watched: false, spent_ms: 0 };
}

class MemoryStorage implements Storage {
  private readonly kept = new Map<string, string>();
  get length() { return this.kept.size; }
  clear() { this.kept.clear(); }
  getItem(key: string) { return this.kept.get(key) ?? null; }
  key(index: number) { return [...this.kept.keys()][index] ?? null; }
  removeItem(key: string) { this.kept.delete(key); }
  setItem(key: string, value: string) { this.kept.set(key, value); }
}

let server: Server;
let url = '';
let stored = { revision: 0, document: work() };
let refusals: number[] = [];
let isAnswerLost = false;
let atOnce = 0;
let mostAtOnce = 0;

async function bodyOf(request: IncomingMessage): Promise<WorkDocument> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as WorkDocument;
}

beforeEach(async () => {
  stored = { revision: 0, document: work() };
  [refusals, atOnce, mostAtOnce] = [[], 0, 0];
  server = createServer((request, response) => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    void bodyOf(request).then((document) => {
      atOnce -= 1;
      const refusal = refusals.shift();
      const isCurrent = request.headers['if-match'] === String(stored.revision);
      const status = refusal ?? (isCurrent ? 200 : 409);
      if (status === 200) stored = { revision: stored.revision + 1, document };
      if (isAnswerLost) {
        isAnswerLost = false;
        response.destroy();
        return;
      }
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(status === 200 ? { revision: stored.revision, saved_at: '' } : { detail: `no: ${status}`, ...stored, saved_by: 'Bea' }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => new Promise((closed) => server.close(closed)));

async function save(revision: number, document: WorkDocument): Promise<Saved> {
  const response = await fetch(url, { method: 'PUT', headers: { 'If-Match': String(revision) }, body: JSON.stringify(document) }).catch(
    (error: unknown) => { throw new ApiError(0, String(error)); },
  );
  const body: unknown = await response.json();
  if (!response.ok) throw new ApiError(response.status, (body as { detail: string }).detail, body);
  return body as Saved;
}

function saving() {
  const storage = new MemoryStorage();
  const seen = { statuses: [] as SaveStatus['state'][], conflict: null as SaveConflict | null };
  const waiting: (() => void)[] = [];
  const copies = localCopies(1, 5, storage);
  const autosave = new Autosave({
    scope: new Scope(), copies, revision: 0, document: work(), save, debounce_ms: 5, retry_ms: 5,
    onConflict: (conflict) => (seen.conflict = conflict),
    onStatus: ({ state }) => {
      seen.statuses.push(state);
      for (const check of [...waiting]) check();
    },
  });
  const reached = (state: SaveStatus['state']) =>
    new Promise<void>((done) => {
      const check = () => { if (seen.statuses.at(-1) === state) done(); };
      waiting.push(check);
      check();
    });
  return { autosave, copies, seen, reached };
}

describe('Autosave', () => {
  it('saves the last of several changes, one request at a time, and then keeps no copy', async () => {
    const { autosave, copies, reached } = saving();
    for (const label of ['A', 'B', 'C']) autosave.changed(work(label));
    expect(copies.kept()?.document).toEqual(work('C'));
    const first = autosave.flush();
    autosave.changed(work('D'));
    await first;
    await reached('saved');
    expect(stored.document).toEqual(work('D'));
    expect(mostAtOnce).toBe(1);
    expect(autosave.revision).toBe(stored.revision);
    expect(copies.kept()).toBeNull();
  });

  it('keeps the work here while the server is away, and sends it when it is back', async () => {
    refusals = [503, 503];
    const { autosave, copies, seen, reached } = saving();
    autosave.changed(work('A'));
    await reached('offline');
    expect(copies.kept()).toMatchObject({ revision: 0, document: work('A') });
    expect(autosave.hasUnsaved).toBe(true);
    await reached('saved');
    expect(stored.document).toEqual(work('A'));
    expect(seen.statuses).toContain('saving');
  });

  it('says that the person is signed out, and loses nothing', async () => {
    refusals = [401];
    const { autosave, reached } = saving();
    autosave.changed(work('A'));
    await reached('signed_out');
    await reached('saved');
    expect(stored.document).toEqual(work('A'));
  });

  it('never overwrites another version: it stops, and goes on from the choice', async () => {
    stored = { revision: 3, document: work('Theirs') };
    const { autosave, copies, seen, reached } = saving();
    autosave.changed(work('Mine'));
    await reached('conflict');
    autosave.changed(work('Mine', 'More'));
    expect(await autosave.flush()).toBe(false);
    expect(stored).toEqual({ revision: 3, document: work('Theirs') });
    expect(seen.conflict).toMatchObject({ revision: 3, saved_by: 'Bea' });
    expect(copies.kept()?.document).toEqual(work('Mine', 'More'));
    autosave.resolved({ revision: 3, document: work('Theirs') }, work('Mine', 'More'));
    await reached('saved');
    expect(stored).toEqual({ revision: 4, document: work('Mine', 'More') });
  });

  it('knows its own version again when only the answer was lost', async () => {
    isAnswerLost = true;
    const { autosave, seen, reached } = saving();
    autosave.changed(work('A'));
    await reached('offline');
    await reached('saved');
    expect(stored).toEqual({ revision: 1, document: work('A') });
    expect(autosave.revision).toBe(1);
    expect(seen.conflict).toBeNull();
  });

  it('does not repeat what the server refused, but the next change is saved', async () => {
    refusals = [422];
    const { autosave, seen, reached } = saving();
    autosave.changed(work('Bad'));
    await reached('refused');
    autosave.changed(work('Good'));
    await reached('saved');
    expect(stored).toEqual({ revision: 1, document: work('Good') });
    expect(seen.statuses.filter((state) => state === 'refused')).toHaveLength(1);
  });
});

describe('localCopies', () => {
  it('takes nothing from a storage that holds something else', () => {
    const storage = new MemoryStorage();
    storage.setItem('vigil:work:1:5', '{"revision":"x"}');
    expect(localCopies(1, 5, storage).kept()).toBeNull();
    storage.setItem('vigil:work:1:5', 'not json');
    expect(localCopies(1, 5, storage).kept()).toBeNull();
  });
  it('keeps the work of two people apart', () => {
    const storage = new MemoryStorage();
    localCopies(1, 5, storage).keep({ revision: 1, base: work(), document: work('A'), kept_at: '' });
    expect(localCopies(2, 5, storage).kept()).toBeNull();
    expect(localCopies(1, 5, storage).kept()?.document).toEqual(work('A'));
  });
});
