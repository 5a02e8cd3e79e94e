import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { NOTHING } from '../state/patch';
import { ApiError } from './api';
import { Outbox, type Letter } from './outbox';
import { Posting, type PostingTrouble } from './posting';
import { Scope } from './scope';
import { PageShelf, shelfOpen, type Shelf } from './shelf';

let made = 0;
const freshShelf = (): Promise<Shelf> => shelfOpen(`test-${(made += 1)}`);
const answer = (key: string, question_id = 1): Letter => ({ kind: 'answer', key, question_id, payload: { verdict: 'yes' }, spent_ms: 5 });
const keys = (letters: readonly Letter[]) => letters.map((letter) => letter.key);

describe.each([
  ['IndexedDB', freshShelf],
  ['a page alone', () => Promise.resolve<Shelf>(new PageShelf())],
])('an outbox in %s', (_name, shelf) => {
  it('keeps letters in the order in which they were put, at one instant too', async () => {
    const outbox = new Outbox(1, await shelf(), () => 1000);
    for (const key of ['z', 'a', 'm']) await outbox.put(answer(key));
    expect(keys(await outbox.waiting())).toEqual(['z', 'a', 'm']);
    expect([await outbox.remove('a'), await outbox.remove('a')]).toEqual([true, false]);
    expect(keys(await outbox.waiting())).toEqual(['z', 'm']);
  });
  it('keeps people apart', async () => {
    const store = await shelf();
    const [ann, ben] = [new Outbox(1, store), new Outbox(11, store)];
    await ann.put(answer('ann'));
    await ann.draftKeep(5, 'page', { revision: 1, patch: NOTHING, kept_at: '2026' });
    await ann.stepsKeep(5, { revision: 1, past: [], future: [] });
    expect([await ben.waiting(), await ben.drafts(5), await ben.steps(5)]).toEqual([[], [], null]);
    expect(await ben.remove('ann')).toBe(false);
    expect(keys(await ann.waiting())).toEqual(['ann']);
  });
  it('keeps the changes of each page of an annotation, oldest first', async () => {
    const store = await shelf();
    const outbox = new Outbox(1, store);
    await outbox.draftKeep(5, 'a', { revision: 2, patch: NOTHING, kept_at: '2026-02' });
    await outbox.draftKeep(5, 'b', { revision: 1, patch: NOTHING, kept_at: '2026-01' });
    await outbox.draftKeep(55, 'c', { revision: 1, patch: NOTHING, kept_at: '2026-01' });
    expect((await outbox.drafts(5)).map((one) => one.page)).toEqual(['b', 'a']);
    const all = [...(await outbox.draftsByAnnotation())].map(([id, kept]) => [id, kept.map((one) => one.page)]);
    expect(all).toEqual([[5, ['b', 'a']], [55, ['c']]]);
    expect((await new Outbox(2, store).draftsByAnnotation()).size, 'nobody else is shown them').toBe(0);
    await outbox.draftForget(5, 'b');
    expect((await outbox.drafts(5)).map((one) => one.page)).toEqual(['a']);
  });
});

describe('a shelf', () => {
  it('is there again for the next page', async () => {
    const name = `again-${(made += 1)}`;
    const first = await shelfOpen(name);
    expect(first.isLasting).toBe(true);
    await new Outbox(1, first).put(answer('kept'));
    expect(keys(await new Outbox(1, await shelfOpen(name)).waiting())).toEqual(['kept']);
  });
  it('that the browser refuses goes on in the page, and says that it does not last', async () => {
    const real = globalThis.indexedDB;
    Reflect.set(globalThis, 'indexedDB', { open: () => { throw new DOMException('no', 'SecurityError'); } });
    const refused = await shelfOpen('refused');
    Reflect.set(globalThis, 'indexedDB', real);
    expect(refused.isLasting).toBe(false);
    const outbox = new Outbox(1, refused);
    await outbox.put(answer('here'));
    expect(keys(await outbox.waiting())).toEqual(['here']);
  });
  it('that is full keeps the rest in the page', async () => {
    const shelf = await freshShelf();
    await shelf.put(['a'], 1);
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };
    await shelf.put(['b'], 2);
    IDBObjectStore.prototype.put = put;
    expect(shelf.isLasting).toBe(false);
    expect((await shelf.under([])).map((one) => one.value)).toEqual([1, 2]);
    await shelf.remove(['b']);
    expect((await shelf.under([])).map((one) => one.value)).toEqual([1]);
  });
});

describe('posting', () => {
  async function posting(answers: (number | 'lost')[]) {
    const outbox = new Outbox(1, await freshShelf());
    const seen = { sent: [] as string[], tried: [] as string[], refused: [] as string[], waiting: [] as [number, PostingTrouble][] };
    let isDone: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (isDone = resolve));
    const post = new Posting({
      scope: new Scope(),
      outbox,
      retry_ms: 1,
      send: (letter) => {
        seen.tried.push(letter.key);
        const status = answers.shift() ?? 200;
        return status === 200 ? Promise.resolve({}) : Promise.reject(new ApiError(status === 'lost' ? 0 : status, `no: ${status}`));
      },
      onSent: (letter) => seen.sent.push(letter.key),
      onRefused: (letter, error) => seen.refused.push(`${letter.key} ${error.status}`),
      onWaiting: (count, trouble) => {
        seen.waiting.push([count, trouble]);
        if (count === 0) isDone();
      },
    });
    return { outbox, post, seen, done };
  }

  it('sends everything in order, through outages and an expired login', async () => {
    const { outbox, post, seen, done } = await posting([503, 'lost', 200, 401, 200]);
    await outbox.put(answer('a'));
    await outbox.put(answer('b'));
    await post.drain();
    await done;
    expect(seen.tried).toEqual(['a', 'a', 'a', 'b', 'b']);
    expect(seen.sent).toEqual(['a', 'b']);
    expect(seen.waiting).toContainEqual([2, 'offline']);
    expect(seen.waiting).toContainEqual([1, 'signed_out']);
    expect(await outbox.waiting()).toEqual([]);
  });
  it('tells what the server will never take, and goes on with the rest', async () => {
    const { outbox, post, seen, done } = await posting([409, 200]);
    await outbox.put(answer('late'));
    await post.put(answer('good'));
    await done;
    expect(seen).toMatchObject({ refused: ['late 409'], sent: ['good'] });
  });
  it('sends one letter at a time, also what is put meanwhile', async () => {
    const { post, seen, done } = await posting([]);
    await Promise.all(['a', 'b', 'c'].map((key) => post.put(answer(key))));
    await done;
    await post.drain();
    expect(seen.sent.sort()).toEqual(['a', 'b', 'c']);
  });
});
