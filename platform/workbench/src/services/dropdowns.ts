/** Menus that open from a `<details class="dropdown">`: Esc or a press elsewhere closes them. */
import type { Scope } from './scope';

function openDropdowns(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>('details.dropdown[open]')];
}

function closedByEscape(event: KeyboardEvent): void {
  if (event.key !== 'Escape') return;
  for (const dropdown of openDropdowns()) {
    const hadFocus = dropdown.contains(document.activeElement);
    dropdown.open = false;
    if (hadFocus) dropdown.querySelector('summary')?.focus();
  }
}

function closedByPressElsewhere(event: PointerEvent): void {
  for (const dropdown of openDropdowns()) {
    if (!(event.target instanceof Node && dropdown.contains(event.target))) dropdown.open = false;
  }
}

/** For the life of the page. */
export function dropdownsClose(scope: Scope): void {
  scope.listen(document, 'keydown', closedByEscape);
  scope.listen(document, 'pointerdown', closedByPressElsewhere);
}
