/** A small store in this browser that outlives its page: values under keys of several parts, in IndexedDB. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { Scope } from './scope';

export type ShelfKey = (string | number)[];

export interface Shelf {
  /** False where the browser keeps nothing (private mode, blocked, full): what is put here ends with the page. */
  readonly isLasting: boolean;
  put(key: ShelfKey, value: unknown): Promise<void>;
  remove(key: ShelfKey): Promise<void>;
  /** Everything whose key begins with these parts, in order of the keys. */
  under(prefix: ShelfKey): Promise<{ readonly key: ShelfKey; readonly value: unknown }[]>;
}

interface ShelfSchema extends DBSchema {
  kept: { key: ShelfKey; value: unknown };
}

const OPENS_WITHIN_MS = 3000;

/** Keeps what is put for as long as the page lives. */
export class PageShelf implements Shelf {
  readonly isLasting = false;
  private readonly kept = new Map<string, { key: ShelfKey; value: unknown }>();

  put(key: ShelfKey, value: unknown): Promise<void> {
    this.kept.set(JSON.stringify(key), { key, value: structuredClone(value) });
    return Promise.resolve();
  }

  remove(key: ShelfKey): Promise<void> {
    this.kept.delete(JSON.stringify(key));
    return Promise.resolve();
  }

  under(prefix: ShelfKey): Promise<{ key: ShelfKey; value: unknown }[]> {
    const found = [...this.kept.values()].filter(({ key }) => prefix.every((part, at) => key[at] === part));
    return Promise.resolve(found.sort((a, b) => indexedDbOrder(a.key, b.key)));
  }
}

function indexedDbOrder(a: ShelfKey, b: ShelfKey): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  const [left, right] = [a[at], b[at]];
  if (left === undefined || right === undefined) return a.length - b.length;
  return left < right ? -1 : 1;
}

/** Keeps what is put in IndexedDB; goes on in the page alone once the browser refuses (full, cleared, closed). */
class BrowserShelf implements Shelf {
  private readonly spare = new PageShelf();
  isLasting = true;

  constructor(private readonly database: IDBPDatabase<ShelfSchema>) {}

  async put(key: ShelfKey, value: unknown): Promise<void> {
    await this.written(
      (store) => store.put(value, key),
      () => this.spare.put(key, value),
    );
  }

  async remove(key: ShelfKey): Promise<void> {
    await this.spare.remove(key);
    await this.written((store) => store.delete(key));
  }

  private async written(
    write: (store: { put(value: unknown, key: ShelfKey): Promise<unknown>; delete(key: ShelfKey): Promise<unknown> }) => Promise<unknown>,
    otherwise: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    try {
      const change = this.database.transaction('kept', 'readwrite');
      const isWritten = write(change.store);
      change.commit(); // at once: a page that closes now has still kept it
      await Promise.all([isWritten, change.done]);
      this.isLasting = true;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.isLasting = false;
      await otherwise();
    }
  }

  async under(prefix: ShelfKey): Promise<{ key: ShelfKey; value: unknown }[]> {
    const found = await this.spare.under(prefix);
    try {
      // In IndexedDB's order an array comes behind every string and number, so it ends the range of a prefix.
      const range = IDBKeyRange.bound(prefix, [...prefix, []]);
      const store = this.database.transaction('kept').store;
      const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
      const spare = new Set(found.map(({ key }) => JSON.stringify(key)));
      found.push(...keys.map((key, at) => ({ key, value: values[at] })).filter(({ key }) => !spare.has(JSON.stringify(key))));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
    return found.sort((a, b) => indexedDbOrder(a.key, b.key));
  }
}

/** The browser's shelf; one that lasts as long as the page where the browser has none to give. */
export async function shelfOpen(name = 'vigil', within_ms = OPENS_WITHIN_MS): Promise<Shelf> {
  if (typeof indexedDB === 'undefined') return new PageShelf();
  const waiting = new Scope();
  // Some private modes never answer.
  const tooLate = new Promise<null>((late) => waiting.after(within_ms, () => { late(null); }));
  try {
    const database = await Promise.race([databaseOpen(name), tooLate]);
    return database ? new BrowserShelf(database) : new PageShelf();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return new PageShelf();
  } finally {
    waiting.end();
  }
}

async function databaseOpen(name: string): Promise<IDBPDatabase<ShelfSchema>> {
  return openDB<ShelfSchema>(name, 1, {
    upgrade: (database) => {
      database.createObjectStore('kept');
    },
    blocking: (_now, _next, event) => {
      (event.target as IDBDatabase).close();
    },
  });
}
