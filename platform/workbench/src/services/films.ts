/**
 * Pictures of videos (`[data-filmstrip]`) play through their filmstrip: under the pointer where it is, under a resting
 * finger or the focus by themselves. No video is loaded, only the one sheet of pictures, and that when first wanted.
 */
import { tileAt, tilePlace, timeUnder } from '../geometry/film_tile';
import type { Filmstrip } from '../state/contract';
import { Scope } from './scope';

const STEP_MS = 220;
const STEPS = 40;
const HOLD_MS = 350;

let playing: { readonly film: HTMLElement; readonly scope: Scope } | null = null;

interface Film {
  readonly strip: Filmstrip;
  readonly duration_ms: number;
}

function filmOf(element: HTMLElement): Film | null {
  const { filmstrip, durationMs } = element.dataset;
  return filmstrip ? { strip: JSON.parse(filmstrip) as Filmstrip, duration_ms: Number(durationMs) } : null;
}

/** The part that is drawn over the poster: made when first wanted. */
function part(film: HTMLElement, name: string): HTMLElement {
  const found = film.querySelector<HTMLElement>(`.${name}`);
  if (found) return found;
  const made = document.createElement('span');
  made.className = name;
  film.append(made);
  return made;
}

function shows(film: HTMLElement, time_ms: number, look: 'film-playing' | 'film-at' = 'film-playing'): void {
  const told = filmOf(film);
  if (!told) return;
  const tile = tileAt(told.strip, time_ms);
  const { size, position } = tilePlace(told.strip, tile);
  const window = part(film, 'film-window');
  window.style.backgroundImage = `url("${told.strip.url}")`;
  window.style.backgroundSize = size;
  window.style.backgroundPosition = position;
  part(film, 'film-playhead').style.left = `${(100 * Math.min(1, time_ms / Math.max(1, told.duration_ms))).toFixed(2)}%`;
  film.dataset.tile = String(tile);
  film.classList.add(look);
}

/** Ends the playing: the poster again, or the moment that the picture is of. */
function rest(film: HTMLElement): void {
  if (playing?.film === film) {
    playing.scope.end();
    playing = null;
  }
  film.classList.remove('film-playing');
  delete film.dataset.tile;
  if (film.dataset.atMs) shows(film, Number(film.dataset.atMs), 'film-at');
}

/** Runs from the start, or from the moment that the picture is of, until it is told to rest. */
function plays(film: HTMLElement): void {
  const told = filmOf(film);
  if (!told || playing?.film === film || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  if (playing) rest(playing.film);
  const own = new Scope();
  playing = { film, scope: own };
  let at_ms = Number(film.dataset.atMs ?? 0);
  const by_ms = Math.max(told.strip.interval_ms, told.duration_ms / STEPS);
  shows(film, at_ms);
  own.every(STEP_MS, () => {
    at_ms = at_ms + by_ms >= told.duration_ms ? 0 : at_ms + by_ms;
    shows(film, at_ms);
  });
}

function filmAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-filmstrip]') : null;
}

/** The film of the line or card that the element belongs to. */
function filmBeside(target: EventTarget | null): HTMLElement | null {
  const line = target instanceof Element ? target.closest<HTMLElement>('[data-plays]') : null;
  return line?.querySelector<HTMLElement>('[data-filmstrip]') ?? null;
}

function pointed(event: PointerEvent): void {
  const film = filmAt(event.target);
  if (!film || event.pointerType === 'touch') return;
  const told = filmOf(film);
  const box = film.getBoundingClientRect();
  if (told && box.width > 0) shows(film, timeUnder((event.clientX - box.left) / box.width, told.duration_ms));
}

function left(event: PointerEvent): void {
  const film = filmAt(event.target);
  if (film && filmAt(event.relatedTarget) !== film) rest(film);
}

function held(event: PointerEvent): void {
  const film = filmAt(event.target);
  if (!film || event.pointerType !== 'touch') return;
  const own = new Scope();
  const lets = () => {
    own.end();
    rest(film);
  };
  own.after(HOLD_MS, () => {
    plays(film);
    own.listen(document, 'contextmenu', (menu) => { menu.preventDefault(); });
  });
  for (const end of ['pointerup', 'pointercancel', 'scroll'] as const) own.listen(document, end, lets, { once: true });
}

/** Shows pictures that are of a moment at that moment, once they come near the window. */
function cameNear(entries: readonly IntersectionObserverEntry[], observer: IntersectionObserver): void {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting || !(target instanceof HTMLElement)) continue;
    observer.unobserve(target);
    if (target.dataset.atMs && !target.dataset.tile) shows(target, Number(target.dataset.atMs), 'film-at');
  }
}

let near: IntersectionObserver | null = null;

/** Tells of pictures that have come onto the page. */
export function filmsRest(within: ParentNode = document): void {
  for (const film of within.querySelectorAll<HTMLElement>('[data-filmstrip][data-at-ms]')) near?.observe(film);
}

export function filmsPlay(scope: Scope): void {
  near = scope.viewObserver(cameNear, { rootMargin: '200px' });
  scope.listen(document, 'pointermove', pointed, { passive: true });
  scope.listen(document, 'pointerout', left, { passive: true });
  scope.listen(document, 'pointerdown', held, { passive: true });
  scope.listen(document, 'focusin', (event) => {
    const film = filmBeside(event.target);
    if (film && event.target instanceof Element && event.target.matches(':focus-visible')) plays(film);
  });
  scope.listen(document, 'focusout', (event) => {
    const film = filmBeside(event.target);
    if (film && filmBeside(event.relatedTarget) !== film) rest(film);
  });
  filmsRest();
}
