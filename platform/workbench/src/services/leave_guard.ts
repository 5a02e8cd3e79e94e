/** Keeps work from being lost when the page is left: asks while something is unsaved, and sends it along on the way out. */
import type { WorkDocument } from '../state/contract';
import type { Autosave } from './autosave';
import type { Scope } from './scope';

// Browsers send at most 64 KiB in a request that outlives its page; longer work waits in the local copy.
const LONGEST_PARTING = 60_000;

export function leaveGuard(scope: Scope, autosave: Autosave, part: (revision: number, document: WorkDocument) => void): void {
  scope.listen(window, 'beforeunload', (event) => {
    if (!autosave.hasUnsaved) return;
    void autosave.flush();
    event.preventDefault();
  });
  scope.listen(document, 'visibilitychange', () => {
    if (document.visibilityState === 'hidden' && autosave.hasUnsaved) void autosave.flush();
  });
  scope.listen(window, 'pagehide', () => {
    const { unsaved } = autosave;
    if (unsaved && JSON.stringify(unsaved).length < LONGEST_PARTING) part(autosave.revision, unsaved);
  });
  scope.listen(window, 'online', () => void autosave.flush());
  scope.listen(window, 'focus', () => {
    if (autosave.hasUnsaved) void autosave.flush();
  });
}
