/** Turns key presses into commands. Dead inside text boxes and dialogs; buttons keep their own Space and Enter. */
import { commandOf, isSingleCharacter, labelHotkeyOf, worksInText, type Command } from '../actions/keymap';
import type { Scope } from './scope';

export interface KeyboardOptions {
  readonly run: (command: Command, key: string) => void;
  readonly label: (hotkey: string) => boolean;
  readonly usesSingleKeys: () => boolean;
  /** Tab walks through segments only while this element has the focus, so that it still leaves the timeline elsewhere. */
  readonly timeline: () => HTMLElement | null;
}

const TEXT_INPUTS = 'textarea, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=range])';

function isText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TEXT_INPUTS) !== null;
}

/** Keys that the focused control needs for itself. */
function isOfControl(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof Element) || event.ctrlKey || event.metaKey) return false;
  if (target.closest('select')) return event.key !== 'Escape';
  const isPress = event.code === 'Space' || event.key === 'Enter';
  return isPress && target.closest('button, a, summary, input') !== null;
}

function isOurs(command: Command, event: KeyboardEvent, options: KeyboardOptions): boolean {
  if (isText(event.target)) return worksInText(command);
  if (isOfControl(event)) return false;
  if (event.key === 'Tab') return event.target === options.timeline();
  return options.usesSingleKeys() || !isSingleCharacter(event);
}

export function keyboardOn(scope: Scope, options: KeyboardOptions): void {
  scope.listen(window, 'keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
    const command = commandOf(event);
    if (command) {
      if (!isOurs(command, event, options)) return;
      event.preventDefault();
      options.run(command, event.key);
      return;
    }
    const hotkey = labelHotkeyOf(event);
    if (hotkey === null || isText(event.target) || isOfControl(event) || !options.usesSingleKeys()) return;
    if (options.label(hotkey)) event.preventDefault();
  });
}

/** Gives the keys back to the timeline after a press by mouse or finger, so that Space plays again; by keyboard the focus stays. */
export function keysBackAfterPointer(scope: Scope, isWriting: () => boolean, focusTimeline: () => void): void {
  let isByPointer = false;
  scope.listen(document, 'pointerdown', () => (isByPointer = true), { capture: true });
  scope.listen(document, 'keydown', () => (isByPointer = false), { capture: true });
  const giveBack = (event: Event) => {
    const isControl = event.target instanceof Element && event.target.closest(event.type === 'change' ? 'select' : 'button') !== null;
    if (isControl && isByPointer && !isWriting()) focusTimeline();
  };
  scope.listen(document, 'click', giveBack);
  scope.listen(document, 'change', giveBack);
}
