/** Turns key presses into commands. Dead inside text boxes and dialogs; buttons keep their own Space and Enter. */
import { doesRepeat, worksInText, type AnyCommand, type Command } from '../actions/keymap';
import { isBesideWriting } from '../actions/strokes';
import { myKeys, strokeOf } from './my_keys.svelte';
import type { Scope } from './scope';

export interface KeyboardOptions {
  readonly run: (command: Command, key: string) => void;
  readonly label: (hotkey: string) => boolean;
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
  if (target.closest('[role=tab], input[type=range], input[type=radio]') && event.key.startsWith('Arrow')) return true;
  const isPress = event.code === 'Space' || event.key === 'Enter';
  return isPress && target.closest('button, a, summary, input') !== null;
}

/** True where keys are not ours: an input method is at work, something else took the key, or a dialog is open. */
export function isElsewhere(event: KeyboardEvent): boolean {
  return event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') !== null;
}

/** Whether a press of a command's key is meant for the command, and not for what has the focus. */
export function isForCommand(command: AnyCommand, event: KeyboardEvent): boolean {
  return isText(event.target) ? worksInText(command) && isBesideWriting(strokeOf(event)) : !isOfControl(event);
}

export function keyboardOn(scope: Scope, options: KeyboardOptions): void {
  scope.listen(window, 'keydown', (event) => {
    if (isElsewhere(event)) return;
    const stroke = strokeOf(event);
    const command = myKeys.commandOf(stroke);
    if (command) {
      if (!isForCommand(command, event) || (event.key === 'Tab' && event.target !== options.timeline())) return;
      event.preventDefault();
      if (!event.repeat || doesRepeat(command)) options.run(command, event.key);
      return;
    }
    const hotkey = myKeys.labelHotkeyOf(stroke);
    if (hotkey === null || event.repeat || isText(event.target) || isOfControl(event)) return;
    if (options.label(hotkey)) event.preventDefault();
  });
}

const PRESSED = 'button, input:is([type=checkbox], [type=radio], [type=range])';

/** Gives the keys back to the timeline after a press by mouse or finger, so that Space plays again; by keyboard the focus stays.
 *  Answers whether the last press was one by pointer. */
export function keysBackAfterPointer(scope: Scope, isWriting: () => boolean, focusTimeline: () => void): () => boolean {
  let isByPointer = false;
  scope.listen(document, 'pointerdown', () => (isByPointer = true), { capture: true });
  scope.listen(document, 'keydown', () => (isByPointer = false), { capture: true });
  const giveBack = (event: Event) => {
    const isControl = event.target instanceof Element && event.target.closest(event.type === 'change' ? `select, ${PRESSED}` : PRESSED) !== null;
    const isInDialog = document.querySelector('dialog[open]') !== null;
    if (isControl && isByPointer && !isInDialog && !isWriting()) focusTimeline();
  };
  scope.listen(document, 'click', giveBack);
  scope.listen(document, 'change', giveBack);
  return () => isByPointer;
}
