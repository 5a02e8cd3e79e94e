import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { DocumentPatch } from '../state/patch';
import { Outbox, type Draft } from './outbox';
import { Safekeeping } from './safekeeping';
import { Scope } from './scope';
import { shelfOpen } from './shelf';

Reflect.set(globalThis, 'localStorage', { getItem: () => null, removeItem: () => undefined });
const patch: DocumentPatch = { segments: [], is_fully_watched: true };
const draft = (revision: number): Draft => ({ revision, patch, kept_at: `2026-${revision}` });

async function twoPages(name: string) {
  const outbox = new Outbox(1, await shelfOpen(name));
  const page = () => new Safekeeping(new Scope(), 1, 5, Promise.resolve(outbox));
  return { outbox, first: page(), second: page() };
}

describe('safekeeping', () => {
  it('writes the newest of many changes, and says when all is written', async () => {
    const { outbox, first } = await twoPages('newest');
    for (let revision = 1; revision <= 50; revision += 1) first.keep(draft(revision));
    expect(first.isSafe).toBe(false);
    await first.written();
    expect(first.isSafe).toBe(true);
    expect((await outbox.drafts(5)).map((one) => one.draft.revision)).toEqual([50]);
    first.keep(null);
    await first.written();
    expect(await outbox.drafts(5)).toEqual([]);
  });
  it('hands another page what this one left, and forgets it only when that one has it', async () => {
    const { outbox, first, second } = await twoPages('left');
    first.keep(draft(1));
    await first.written();
    expect((await first.found()).drafts).toEqual([]);
    expect((await second.found()).drafts).toEqual([draft(1)]);
    second.keep(draft(2));
    await second.takenOver();
    expect((await outbox.drafts(5)).map((one) => one.draft.revision)).toEqual([2]);
  });
});
