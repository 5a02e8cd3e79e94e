import { describe, expect, it } from 'vitest';
import { BarLayout } from './bar_layout';
import type { Bar } from './lanes';

const bars: Bar[] = [
  { id: 'y', lane: 'model', start_ms: 50, end_ms: 150 },
  { id: 'x', lane: 'model', start_ms: 0, end_ms: 100 },
  { id: 'z', lane: 'model', start_ms: 100, end_ms: 200 },
  { id: 'long', lane: 'you', start_ms: 0, end_ms: 5000 },
  { id: 'late', lane: 'you', start_ms: 4000, end_ms: 4100 },
];
const layout = new BarLayout(bars);
const ids = (found: readonly Bar[]) => found.map((bar) => bar.id);

describe('BarLayout', () => {
  it('puts bars that overlap beneath each other and reuses free rows', () => {
    expect([layout.row('x'), layout.row('y'), layout.row('z'), layout.rows('model')]).toEqual([0, 1, 0, 2]);
    expect(layout.rows('others')).toBe(1);
  });
  it('finds what touches a stretch, a long bar that began long before too', () => {
    expect(ids(layout.during('model', 120, 160))).toEqual(['y', 'z']);
    expect(ids(layout.during('you', 3000, 3500))).toEqual(['long']);
    expect(ids(layout.during('you', 4050, 9000))).toEqual(['long', 'late']);
    expect(ids(layout.during('you', 6000, 9000))).toEqual([]);
    expect(ids(layout.during('others', 0, 9000))).toEqual([]);
  });
  it('finds the same as looking at each of five thousand', () => {
    const many: Bar[] = Array.from({ length: 5000 }, (_, n) => ({ id: String(n), lane: 'you', start_ms: (n * 7919) % 100_000, end_ms: ((n * 7919) % 100_000) + (n % 37) * 40 }));
    const plain = many.filter((bar) => bar.start_ms <= 51_000 && bar.end_ms >= 50_000);
    expect(new Set(ids(new BarLayout(many).during('you', 50_000, 51_000)))).toEqual(new Set(ids(plain)));
  });
});
