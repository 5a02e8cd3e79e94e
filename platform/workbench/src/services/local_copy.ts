/** The copy of unsaved work in this browser: kept until the server has it, so a lost network or a closed tab loses nothing. */
import type { WorkDocument } from '../state/contract';

export interface LocalCopy {
  /** The server's revision that the work builds on, and its document, so that both sides can be merged later. */
  readonly revision: number;
  readonly base: WorkDocument;
  readonly document: WorkDocument;
  readonly kept_at: string;
}

export interface CopyStore {
  keep(copy: LocalCopy): void;
  kept(): LocalCopy | null;
  forget(): void;
}

function isDocument(value: unknown): value is WorkDocument {
  return typeof value === 'object' && value !== null && 'segments' in value && Array.isArray(value.segments);
}

function isCopy(value: unknown): value is LocalCopy {
  if (typeof value !== 'object' || value === null) return false;
  const copy = value as Partial<Record<keyof LocalCopy, unknown>>;
  return typeof copy.revision === 'number' && isDocument(copy.document) && isDocument(copy.base);
}

/** The copies of one person's annotation. A full storage is no error here: the page then still holds the work. */
export function localCopies(user_id: number, annotation_id: number, storage: Storage = localStorage): CopyStore {
  const key = `vigil:work:${user_id}:${annotation_id}`;
  return {
    keep(copy) {
      try {
        storage.setItem(key, JSON.stringify(copy));
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
      }
    },
    kept() {
      const text = storage.getItem(key);
      if (text === null) return null;
      try {
        const value: unknown = JSON.parse(text);
        return isCopy(value) ? value : null;
      } catch (error) {
        if (error instanceof SyntaxError) return null;
        throw error;
      }
    },
    forget() {
      storage.removeItem(key);
    },
  };
}
