import { describe, expect, it } from 'vitest';
import { NOTHING } from '../state/patch';
import { localCopyForget, localCopyKeep, localCopyOf } from './local_copy';

class MemoryStorage implements Storage {
  private readonly kept = new Map<string, string>();
  get length() { return this.kept.size; }
  clear() { this.kept.clear(); }
  getItem(key: string) { return this.kept.get(key) ?? null; }
  key(index: number) { return [...this.kept.keys()][index] ?? null; }
  removeItem(key: string) { this.kept.delete(key); }
  setItem(key: string, value: string) { this.kept.set(key, value); }
}

const work = (...segments: unknown[]) => ({ segments, is_fully_watched: false, spent_ms: 0 });

describe('the copy of a closing page', () => {
  it('is there until it is forgotten, for its person alone', () => {
    const storage = new MemoryStorage();
    const draft = { revision: 3, patch: NOTHING, kept_at: '2026' };
    expect(localCopyKeep(1, 5, draft, storage)).toBe(true);
    expect(localCopyOf(2, 5, storage)).toBeNull();
    expect(localCopyOf(1, 5, storage)).toEqual(draft);
    localCopyForget(1, 5, storage);
    expect(localCopyOf(1, 5, storage)).toBeNull();
  });
  it('is read also where an earlier version of Vigil kept both documents', () => {
    const storage = new MemoryStorage();
    const [base, document] = [work(), work({ key: 'a', label: 'Fire' })];
    storage.setItem('vigil:work:1:5', JSON.stringify({ revision: 2, base, document, kept_at: '2026' }));
    expect(localCopyOf(1, 5, storage)).toMatchObject({ revision: 2, patch: { segments: [{ key: 'a', before: null, after: { label: 'Fire' } }] } });
  });
  it('takes nothing from a storage that holds something else', () => {
    const storage = new MemoryStorage();
    for (const text of ['{"revision":"x"}', 'not json', 'null', '{"revision":1,"kept_at":"","document":{}}']) {
      storage.setItem('vigil:work:1:5', text);
      expect(localCopyOf(1, 5, storage)).toBeNull();
    }
  });
  it('says that a full storage keeps nothing', () => {
    const storage = new MemoryStorage();
    storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
    expect(localCopyKeep(1, 5, { revision: 3, patch: NOTHING, kept_at: '' }, storage)).toBe(false);
  });
});
