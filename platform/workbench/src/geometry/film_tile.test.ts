import { describe, expect, it } from 'vitest';
import { tileAt, tilePlace, timeUnder } from './film_tile';

const strip = { url: '/s', columns: 10, rows: 3, tile_width: 160, tile_height: 90, interval_ms: 2000, count: 25 };

describe('the tile of a time', () => {
  it('is the one whose interval holds it', () => {
    expect([0, 1999, 2000, 47_999].map((time_ms) => tileAt(strip, time_ms))).toEqual([0, 0, 1, 23]);
  });
  it('is the first or the last outside the film', () => {
    expect([-5, 90_000].map((time_ms) => tileAt(strip, time_ms))).toEqual([0, 24]);
  });
  it('lies behind the window so that nothing else is seen', () => {
    expect(tilePlace(strip, 0)).toEqual({ size: '1000% 300%', position: '0.0000% 0.0000%' });
    expect(tilePlace(strip, 29).position).toBe('100.0000% 100.0000%');
    expect(tilePlace(strip, 14).position).toBe('44.4444% 50.0000%');
    expect(tilePlace({ ...strip, columns: 1, rows: 1, count: 1 }, 0)).toEqual({ size: '100% 100%', position: '0.0000% 0.0000%' });
  });
});

it('the time under a pointer stays in the film', () => {
  expect([-0.2, 0.25, 1.4].map((share) => timeUnder(share, 60_000))).toEqual([0, 15_000, 60_000]);
});
