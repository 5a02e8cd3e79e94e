import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../actions/keymap';
import { CHINESE } from './chinese';
import { ENGLISH, type TextKey } from './english';
import { t } from './text';

const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort();

describe('texts', () => {
  it('fills in the blanks', () => {
    expect(t('notice.undone', { what: 'splitting' })).toBe('Undone: splitting');
  });
  it('names every command', () => {
    for (const command of COMMANDS) expect(ENGLISH[`command.${command}`]).not.toBe('');
  });
  it('has the same blanks in Chinese', () => {
    for (const [key, text] of Object.entries(CHINESE)) expect(blanks(text), key).toEqual(blanks(ENGLISH[key as TextKey]));
  });
});
