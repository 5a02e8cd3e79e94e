import { describe, expect, it } from 'vitest';
import { whenText } from './when';

describe('whenText', () => {
  const now = new Date(2026, 4, 3, 18, 0);
  const told = (at: Date) => whenText(at.toISOString(), now, 'en-GB');
  it('tells the time alone of today, the day of this year, the year of another', () => {
    expect(told(new Date(2026, 4, 3, 9, 5))).toBe('09:05');
    expect(told(new Date(2026, 4, 2, 9, 5))).toBe('2 May, 09:05');
    expect(told(new Date(2025, 4, 2, 9, 5))).toBe('2 May 2025, 09:05');
  });
});
