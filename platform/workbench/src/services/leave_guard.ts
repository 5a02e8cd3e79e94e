/** Keeps work from being lost when the page is left: sends it along on the way out, and asks only where it would be lost. */
import type { WorkDocument } from '../state/contract';
import type { Autosave, SaveState } from './autosave';
import type { Safekeeping } from './safekeeping';
import type { Scope } from './scope';

// Browsers send at most 64 KiB in a request that outlives its page; longer work waits in the browser's store.
const LONGEST_PARTING = 60_000;
/** Sent within the blink of an eye, or along with the page's end. */
const ON_ITS_WAY: ReadonlySet<SaveState> = new Set(['saved', 'waiting', 'saving']);

export function leaveGuard(
  scope: Scope,
  autosave: Autosave,
  keeping: Safekeeping,
  part: (revision: number, document: WorkDocument) => void,
): void {
  const flush = () => {
    if (autosave.hasUnsaved) void autosave.flush();
  };
  scope.listen(window, 'beforeunload', (event) => {
    if (!autosave.hasUnsaved || autosave.state === 'elsewhere') return;
    void autosave.flush();
    if (!ON_ITS_WAY.has(autosave.state) || !keeping.isSafe) event.preventDefault();
  });
  scope.listen(document, 'visibilitychange', () => {
    if (document.visibilityState === 'hidden') flush();
  });
  scope.listen(window, 'pagehide', () => {
    keeping.part();
    const { unsaved } = autosave;
    const isWanted = unsaved && (ON_ITS_WAY.has(autosave.state) || autosave.state === 'offline');
    if (isWanted && JSON.stringify(unsaved).length < LONGEST_PARTING) part(autosave.revision, unsaved);
  });
  scope.listen(window, 'online', flush);
  scope.listen(window, 'focus', flush);
}
