/** Which questions a person wants to be asked. */
import type { QuestionKind } from './contract';

export const MODES = ['quick', 'glance', 'verify', 'bounds', 'explain', 'dialogue', 'full'] as const;
export type Mode = (typeof MODES)[number];

export function modeOf(text: string | null): Mode | null {
  return MODES.find((mode) => mode === text) ?? null;
}

/** The kinds of question that a mode asks. */
export function kindsOf(mode: Mode): readonly QuestionKind[] {
  return mode === 'quick' ? ['verify', 'glance'] : [mode];
}

/** True for the modes that are answered on the page of quick questions; the others open the workbench. */
export function isQuick(mode: Mode): boolean {
  return mode === 'quick' || mode === 'glance' || mode === 'verify';
}
