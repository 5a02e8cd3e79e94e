/** No component says anything by itself: every word that a reader sees comes from the dictionaries. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '..');
const SPOKEN = new Set(['title', 'aria-label', 'aria-description', 'aria-roledescription', 'placeholder', 'alt', 'label']);
// Written the same in every language.
const NEUTRAL = new Set(['fps', 'px', 'Vigil', 'JSON']);

function isWords(text: string): boolean {
  return [...text.matchAll(/\p{Letter}{2,}/gu)].some(([word]) => !NEUTRAL.has(word));
}

/** Text in the markup and text attributes that no call of `t` made. */
function bareTexts(source: string): string[] {
  const found: string[] = [];
  const walk = (node: unknown, inAttribute: string | null): void => {
    if (Array.isArray(node)) {
      for (const one of node as unknown[]) walk(one, inAttribute);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const one = node as Record<string, unknown>;
    if (one.type === 'RegularElement' && one.name === 'kbd') return; // keys are named as on the keyboard
    const isSpoken = inAttribute === null || SPOKEN.has(inAttribute);
    if (one.type === 'Text' && isSpoken && typeof one.data === 'string' && isWords(one.data)) found.push(one.data.trim());
    const attribute = one.type === 'Attribute' && typeof one.name === 'string' ? one.name : inAttribute;
    for (const [key, value] of Object.entries(one)) if (key !== 'metadata') walk(value, attribute);
  };
  walk(parse(source, { modern: true }).fragment, null);
  return found;
}

const components = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte'));

describe('components', () => {
  it('are found', () => {
    expect(components.length).toBeGreaterThan(10);
  });
  it.each(components)('%s says nothing of its own', (name) => {
    expect(bareTexts(readFileSync(join(SOURCES, name), 'utf8'))).toEqual([]);
  });
  it('would be found out', () => {
    expect(bareTexts('<p title="Plain words">{t("a.key")} Hello</p>')).toEqual(['Plain words', 'Hello']);
  });
});
