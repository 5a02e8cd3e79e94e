import { describe, expect, it } from 'vitest';
import { isQuick, kindsOf, modeOf, MODES } from './modes';

describe('modes', () => {
  it('ask the kinds that they are named after, the quick ones together', () => {
    expect(kindsOf('quick')).toEqual(['verify', 'glance']);
    expect(kindsOf('bounds')).toEqual(['bounds']);
    expect(MODES.filter(isQuick)).toEqual(['quick', 'glance', 'verify']);
  });
  it('are known by name only', () => {
    expect([modeOf('full'), modeOf('dance'), modeOf(null)]).toEqual(['full', null, null]);
  });
});
