/** What a closing page leaves in the browser's synchronous storage, because IndexedDB may not answer in time any more. */
import type { WorkDocument } from '../state/contract';
import { patchOf } from '../state/patch';
import type { Draft } from './outbox';

function keyOf(user_id: number, annotation_id: number): string {
  return `vigil:work:${user_id}:${annotation_id}`;
}

function isDocument(value: unknown): value is WorkDocument {
  return typeof value === 'object' && value !== null && 'segments' in value && Array.isArray(value.segments);
}

/** The draft in a stored text; earlier versions of Vigil stored both documents instead of what differs. */
function draftOf(value: unknown): Draft | null {
  if (typeof value !== 'object' || value === null) return null;
  const copy = value as Partial<Record<'revision' | 'patch' | 'kept_at' | 'base' | 'document', unknown>>;
  if (typeof copy.revision !== 'number' || typeof copy.kept_at !== 'string') return null;
  if (typeof copy.patch === 'object' && copy.patch !== null && 'segments' in copy.patch) return value as Draft;
  if (!isDocument(copy.base) || !isDocument(copy.document)) return null;
  return { revision: copy.revision, patch: patchOf(copy.base, copy.document), kept_at: copy.kept_at };
}

/** False where the browser refuses: full, or switched off. */
export function localCopyKeep(user_id: number, annotation_id: number, draft: Draft, storage: Storage = localStorage): boolean {
  try {
    storage.setItem(keyOf(user_id, annotation_id), JSON.stringify(draft));
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/** What an earlier page left, if anything. */
export function localCopyOf(user_id: number, annotation_id: number, storage: Storage = localStorage): Draft | null {
  const text = storage.getItem(keyOf(user_id, annotation_id));
  if (text === null) return null;
  try {
    return draftOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function localCopyForget(user_id: number, annotation_id: number, storage: Storage = localStorage): void {
  storage.removeItem(keyOf(user_id, annotation_id));
}
