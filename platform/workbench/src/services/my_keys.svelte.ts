/** The person's keys on this page: from the copy in this browser at once, then as the server has them. Components read them
 *  here, so that every tooltip and hint shows what the person has chosen. */
import { bindingsOf, keymapOf, labelHotkeyOf, NO_CHOICE, preferencesFrom } from '../actions/bindings';
import { type AnyCommand, type Command, type Place, type QuestionCommand } from '../actions/keymap';
import { isSingleCharacter, strokeLabel, type Stroke } from '../actions/strokes';
import { keysInTexts, t } from '../language/text';
import type { KeyPreferences } from '../state/contract';
import { ApiError, preferencesFetch, preferencesSave } from './api';
import type { Scope } from './scope';

/** `here`: the server has not got the last change; it is sent with the next one, or when the page opens again. */
export type KeysStored = 'stored' | 'sending' | 'here';

class MyKeys {
  preferences = $state.raw<KeyPreferences>(NO_CHOICE);
  stored = $state<KeysStored>('stored');
  /** Why the server did not take the last change. */
  detail = $state('');
  readonly bindings = $derived.by(() => bindingsOf(this.preferences));
  private readonly keymap = $derived.by(() => keymapOf(this.bindings));

  keysOf(command: AnyCommand): readonly string[] {
    return this.bindings[command];
  }

  /** The command of a key press in the workbench. */
  commandOf(stroke: Stroke): Command | null {
    return this.found(stroke, 'work') as Command | null;
  }

  /** The command of a key press while a question of a kind is asked. */
  questionCommandOf(stroke: Stroke, kind: string | null): QuestionCommand | null {
    const first: Place[] = kind === 'glance' || kind === 'verify' ? [kind] : [];
    return this.found(stroke, ...first, 'question') as QuestionCommand | null;
  }

  /** The hotkey of a label that was pressed. */
  labelHotkeyOf(stroke: Stroke): string | null {
    return this.isHeard(stroke) ? labelHotkeyOf(stroke) : null;
  }

  private found(stroke: Stroke, ...places: Place[]): AnyCommand | null {
    const command = this.keymap.commandOf(stroke, ...places);
    return command && this.isHeard(stroke) ? command : null;
  }

  private isHeard(stroke: Stroke): boolean {
    return this.preferences.uses_single_keys || !isSingleCharacter(stroke);
  }

  /** For the life of a page. */
  async start(scope: Scope): Promise<void> {
    const copy = copyRead();
    if (copy) this.preferences = copy.keys;
    scope.listen(window, 'online', () => {
      if (this.stored === 'here') void this.send();
    });
    // Another tab of the same person: what was chosen there holds here at once.
    scope.listen(window, 'storage', (event) => {
      const other = event.key === copyName() ? copyRead() : null;
      if (other) this.preferences = other.keys;
    });
    if (copy && !copy.is_sent) await this.send();
    else await this.fetched();
  }

  async change(preferences: KeyPreferences): Promise<void> {
    this.preferences = preferences;
    await this.send();
  }

  private async fetched(): Promise<void> {
    try {
      const { keys } = await preferencesFetch();
      if (this.stored !== 'stored') return; // changed here meanwhile
      this.preferences = preferencesFrom(keys) ?? NO_CHOICE;
      copyWrite({ keys: this.preferences, is_sent: true });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // offline: the copy holds
    }
  }

  private async send(): Promise<void> {
    const keys = this.preferences;
    this.stored = 'sending';
    copyWrite({ keys, is_sent: false });
    try {
      await preferencesSave({ keys });
      if (this.preferences !== keys) return; // a newer change is on its way
      copyWrite({ keys, is_sent: true });
      this.stored = 'stored';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.preferences !== keys) return;
      this.detail = error.message;
      this.stored = 'here';
    }
  }
}

interface Copy {
  readonly keys: KeyPreferences;
  readonly is_sent: boolean;
}

function copyName(): string {
  return `vigil:keys:${document.body.dataset.userId ?? ''}`;
}

function copyRead(): Copy | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(copyName()) ?? 'null');
    if (typeof kept !== 'object' || kept === null || !('keys' in kept) || !('is_sent' in kept)) return null;
    const keys = preferencesFrom(kept.keys);
    return keys && { keys, is_sent: kept.is_sent === true };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) return null;
    throw error;
  }
}

function copyWrite(copy: Copy): void {
  try {
    localStorage.setItem(copyName(), JSON.stringify(copy));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // a full or forbidden store: the server's copy holds
  }
}

export const myKeys = new MyKeys();
keysInTexts((command) => myKeys.keysOf(command).slice(0, 1).map(strokeLabel).join());

export function keysOf(command: AnyCommand): readonly string[] {
  return myKeys.keysOf(command);
}

/** A tooltip: what the command does, and its keys. */
export function keyTitle(command: AnyCommand): string {
  const keys = myKeys.keysOf(command).map(strokeLabel).join(', ');
  return keys === '' ? t(`command.${command}`) : `${t(`command.${command}`)} (${keys})`;
}

/** What of a browser's event makes a stroke. */
export function strokeOf(event: KeyboardEvent): Stroke {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
  return { key, code, ctrlKey, metaKey, altKey, shiftKey, isAltGraph: event.getModifierState('AltGraph') };
}
