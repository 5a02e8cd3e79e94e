import { describe, expect, it } from 'vitest';
import { listWindow } from './list_window';

describe('listWindow', () => {
  it('builds all of a short list', () => {
    expect(listWindow(50, 40)).toEqual({ from: 0, to: 50 });
  });
  it('always holds the anchor of a long one', () => {
    for (const anchor of [-1, 0, 31, 999, 1500, 1999]) {
      const { from, to } = listWindow(2000, anchor);
      expect(to - from).toBe(120);
      expect(from).toBeLessThanOrEqual(Math.max(0, anchor));
      expect(to).toBeGreaterThan(anchor);
    }
  });
});
