// The autosave against a real HTTP server that keeps revisions as Vigil does, over a real connection.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Saved, Segment, WorkDocument } from '../state/contract';
import { ApiError } from './api';
import { Autosave, type Clash, type SaveStatus } from './autosave';
import type { Draft } from './outbox';
import { Scope } from './scope';

function work(...labels: string[]): WorkDocument {
  const segments = labels.map((label, index): Segment => ({
    key: `k${index}`, start_ms: 0, end_ms: 1000, label, explanation: '', outcome: 'manual', source_id: null, draft_explanation: '', draft_id: null, dialogue: [],
  }));
  return { segments, is_fully_watched: false, spent_ms: 0 };
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

function saving(base = work()) {
  const seen = { statuses: [] as SaveStatus['state'][], waiting: [] as number[], fault: null as SaveStatus['fault'], clash: null as Clash | null, merged: null as WorkDocument | null, refused: 0 };
  const checks: (() => void)[] = [];
  const kept = { draft: null as Draft | null };
  const autosave = new Autosave({
    scope: new Scope(), revision: 0, document: base, save, debounce_ms: 5, retry_ms: 5,
    keep: (draft) => (kept.draft = draft),
    onClash: (clash) => (seen.clash = clash),
    onMerged: (document) => (seen.merged = document),
    onRefused: () => (seen.refused += 1),
    onStatus: ({ state, waiting, fault }) => {
      seen.fault = fault;
      seen.statuses.push(state);
      seen.waiting.push(waiting);
      for (const check of [...checks]) check();
    },
  });
  const reached = (state: SaveStatus['state']) =>
    new Promise<void>((done) => {
      const check = () => { if (seen.statuses.at(-1) === state) done(); };
      checks.push(check);
      check();
    });
  return { autosave, kept, seen, reached };
}

const labelsOf = (document: WorkDocument | null | undefined) => document?.segments.map((one) => one.label);
const keptLabels = (draft: Draft | null) => draft?.patch.segments.map((change) => change.after?.label);

describe('Autosave', () => {
  it('saves the last of several changes, one request at a time, and then keeps nothing', async () => {
    const { autosave, kept, reached } = saving();
    for (const label of ['A', 'B', 'C']) autosave.changed(work(label));
    expect(keptLabels(kept.draft)).toEqual(['C']);
    const first = autosave.flush();
    autosave.changed(work('D'));
    await first;
    await reached('saved');
    expect(stored.document).toEqual(work('D'));
    expect(mostAtOnce).toBe(1);
    expect(autosave.revision).toBe(stored.revision);
    expect(kept.draft).toBeNull();
  });

  it('keeps the work here while the server is away, says how much waits, and sends it when it is back', async () => {
    refusals = [503, 503];
    const { autosave, kept, seen, reached } = saving();
    autosave.changed(work('A', 'B'));
    await reached('offline');
    expect(seen.fault, 'the server is there, with a fault').toEqual({ status: 503, seconds: 1 });
    expect(kept.draft).toMatchObject({ revision: 0 });
    expect(keptLabels(kept.draft)).toEqual(['A', 'B']);
    expect([autosave.hasUnsaved, seen.waiting.at(-1)]).toEqual([true, 2]);
    await reached('saved');
    expect(stored.document).toEqual(work('A', 'B'));
    expect(seen.waiting.at(-1)).toBe(0);
  });

  it('says that the person is signed out, and loses nothing', async () => {
    refusals = [401, 401];
    const { autosave, seen, reached } = saving();
    autosave.changed(work('A'));
    await reached('signed_out');
    await reached('saved');
    // It stays so through each try: the dialog with the half typed password stays open.
    expect(seen.statuses.slice(seen.statuses.indexOf('signed_out'))).toEqual(['signed_out', 'signed_out', 'saved']);
    expect(stored.document).toEqual(work('A'));
  });

  it('never overwrites another version: it stops where both changed the same, and goes on from the choice', async () => {
    stored = { revision: 3, document: work('Theirs') };
    const { autosave, kept, seen, reached } = saving(work('Base'));
    autosave.changed(work('Mine'));
    await reached('conflict');
    autosave.changed(work('Mine', 'More'));
    expect(await autosave.flush()).toBe(false);
    expect(stored).toEqual({ revision: 3, document: work('Theirs') });
    expect(seen.clash).toMatchObject({ theirs: { revision: 3, saved_by: 'Bea' }, collisions: [{ key: 'k0', fields: ['label'] }] });
    expect(keptLabels(kept.draft)).toEqual(['Mine', 'More']);
    autosave.resolved({ revision: 3, document: work('Theirs') }, work('Mine', 'More'));
    await reached('saved');
    expect(stored).toEqual({ revision: 4, document: work('Mine', 'More') });
  });

  it('merges by itself what does not collide, and saves it', async () => {
    stored = { revision: 3, document: { ...work('Base'), is_fully_watched: true } };
    const { autosave, kept, seen, reached } = saving(work('Base'));
    autosave.changed(work('Mine'));
    await reached('saved');
    expect(stored).toEqual({ revision: 4, document: { ...work('Mine'), is_fully_watched: true } });
    expect(seen.merged).toEqual(stored.document);
    expect([seen.clash, kept.draft]).toEqual([null, null]);
  });

  it('knows its own version again when only the answer was lost', async () => {
    isAnswerLost = true;
    const { autosave, seen, reached } = saving();
    autosave.changed(work('A'));
    await reached('offline');
    expect(seen.fault, 'nothing came').toBeNull();
    autosave.changed(work('B'));
    await reached('saved');
    expect(labelsOf(stored.document)).toEqual(['B']);
    expect([seen.clash, seen.merged]).toEqual([null, null]);
  });

  it('does not repeat what the server refused, but the next change is saved', async () => {
    refusals = [422];
    const { autosave, seen, reached } = saving();
    autosave.changed(work('Bad'));
    await reached('refused');
    autosave.changed(work('Good'));
    await reached('saved');
    expect(stored).toEqual({ revision: 1, document: work('Good') });
    expect(seen.refused).toBe(1);
  });

  it('stops at an annotation that is gone, and goes on keeping the work', async () => {
    refusals = [404];
    const { autosave, kept, reached } = saving();
    autosave.changed(work('A'));
    await reached('gone');
    autosave.changed(work('A', 'B'));
    expect(await autosave.flush()).toBe(false);
    expect(keptLabels(kept.draft)).toEqual(['A', 'B']);
    expect(stored.revision).toBe(0);
  });

  it('sends nothing while another tab has the work, and goes on from what that one saved', async () => {
    const { autosave, kept, reached } = saving();
    await autosave.yielded();
    autosave.changed(work('A'));
    expect(await autosave.flush()).toBe(false);
    expect([stored.revision, keptLabels(kept.draft)]).toEqual([0, ['A']]);
    stored = { revision: 5, document: work('Other') };
    autosave.continued(5, work('Other'));
    autosave.changed(work('A'));
    await reached('saved');
    expect(stored).toEqual({ revision: 6, document: work('A') });
  });
});
