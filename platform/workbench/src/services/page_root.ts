/** The element that a page is drawn into, and what Django wrote on it. */
import type { Scope } from './scope';

export function pageRoot(scope: Scope): HTMLElement {
  const root = document.getElementById('app');
  if (!root) throw new Error('the page has no #app element');
  const fit = () => {
    root.style.setProperty('--app-top', `${Math.round(root.getBoundingClientRect().top + window.scrollY)}px`);
  };
  root.classList.add('app-page'); // first: it takes away the margins that would be measured
  fit();
  scope.listen(window, 'resize', fit);
  return root;
}

/** A number of the page's `data-…` attributes or of its address, else null. */
export function pageNumber(root: HTMLElement, name: string, query: string): number | null {
  const text = root.dataset[name] ?? '';
  return /^\d+$/.test(text) ? Number(text) : numberOfAddress(query);
}

/** A number of the page's address, else null. */
export function numberOfAddress(query: string): number | null {
  const text = new URLSearchParams(location.search).get(query) ?? '';
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** Id of the person for whom Django made this page; null where nobody was logged in. */
export function pagePerson(): number | null {
  // A test has a page without a body.
  const body = typeof document === 'undefined' ? undefined : (document.body as HTMLElement | undefined);
  const id = body?.dataset.userId;
  return id ? Number(id) : null;
}

/** The title of a page that shows one video after the other. Django wrote it for the first. */
export class PageTitle {
  private shown: string | null = null;

  shows(name: string): void {
    if (this.shown !== null) document.title = document.title.replace(this.shown, () => name);
    this.shown = name;
  }
}

const UNSAVED = '● ';

/** Marks the page's title while something is unsaved, so that a tab in the background tells it too. */
export function titleMark(isUnsaved: boolean): void {
  if (typeof document === 'undefined') return;
  const plain = document.title.startsWith(UNSAVED) ? document.title.slice(UNSAVED.length) : document.title;
  document.title = isUnsaved ? UNSAVED + plain : plain;
}
