/** What had the focus before a dialog has it again afterwards, a text box with its caret. */
import { tick } from 'svelte';

function isTextBox(element: Element): element is HTMLTextAreaElement | HTMLInputElement {
  return element instanceof HTMLTextAreaElement || (element instanceof HTMLInputElement && element.type === 'text');
}

export class FocusReturn {
  private element: HTMLElement | null = null;
  private caret: readonly [number | null, number | null] = [null, null];

  /** Remembers what has the focus now. */
  keep(): void {
    const { activeElement } = document;
    this.element = activeElement instanceof HTMLElement && activeElement !== document.body ? activeElement : null;
    if (this.element && isTextBox(this.element)) this.caret = [this.element.selectionStart, this.element.selectionEnd];
  }

  forget(): void {
    this.element = null;
  }

  async giveBack(otherwise: () => void): Promise<void> {
    const { element } = this;
    if (!element?.isConnected) {
      otherwise();
      return;
    }
    element.focus();
    await tick();
    // With the dialog its caret goes, and Chromium leaves the box that has the focus without one: it cannot be written in.
    if (document.activeElement !== element || !isTextBox(element)) return;
    element.blur();
    element.focus();
    element.setSelectionRange(...this.caret);
  }
}
