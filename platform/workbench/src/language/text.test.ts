import { describe, expect, it, vi } from 'vitest';
import { ALL_COMMANDS, isCommand } from '../actions/keymap';
import { CHINESE } from './chinese';
import { ENGLISH, type TextKey } from './english';
import { keysInTexts, pageLanguage, t } from './text';

const blanks = (text: string) => [...text.matchAll(/\{[\w:]+\}/g)].map(([blank]) => blank).sort();

describe('texts', () => {
  it('fills in the blanks', () => {
    expect(t('notice.undone', { what: 'splitting' })).toBe('Undone: splitting');
  });
  it('knows one from several', () => {
    expect(t('many.marked', { count: 1 })).toBe('1 segment marked');
    expect(t('many.marked', { count: 2 })).toBe('2 segments marked');
    expect(t('list.before', { count: 1 })).toBe('1 earlier segment: move the timeline to see it');
  });
  it('names the person’s key for a command', () => {
    expect(t('notice.pending_start', { time: '0:01' })).toBe('Start marked at 0:01. Press O where it ends.');
    keysInTexts((command) => (command === 'set_end' ? 'F4' : '?'));
    expect(t('notice.pending_start', { time: '0:01' })).toContain('Press F4 ');
  });
  it('names only commands that there are', () => {
    const named = Object.values(ENGLISH).flatMap((text) => [...text.matchAll(/\{key:(\w+)\}/g)].map(([, name]) => name ?? ''));
    expect(named).not.toHaveLength(0);
    for (const name of named) expect(isCommand(name), name).toBe(true);
  });
  it('names every command', () => {
    for (const command of ALL_COMMANDS) expect(ENGLISH[`command.${command}`]).not.toBe('');
  });
  it('writes times in the language of the page, not of the browser', () => {
    vi.stubGlobal('document', { documentElement: { lang: 'zh-hans' } });
    expect(new Date(2026, 0, 1, 15, 5).toLocaleTimeString(pageLanguage(), { hour12: true })).toContain('下午');
    vi.unstubAllGlobals();
    expect(pageLanguage(), 'without a page the browser’s own').toBeUndefined();
  });
  it('has the same blanks in Chinese', () => {
    for (const [key, text] of Object.entries(CHINESE)) expect(blanks(text), key).toEqual(blanks(ENGLISH[key as TextKey]));
  });
});
