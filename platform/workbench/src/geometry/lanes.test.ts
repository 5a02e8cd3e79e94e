import { describe, expect, it } from 'vitest';
import { BarLayout } from './bar_layout';
import { hitAt, LANE_NAMES, lanesOf, rowBand, type Bar, type LaneName } from './lanes';
import { Scale } from './view';

const lanes = lanesOf(300, new Set<LaneName>(['filmstrip']));
const scale = new Scale({ start_ms: 0, end_ms: 10_000 }, 64, 1000); // 10 ms a pixel
const bars: Bar[] = [
  { id: 'a', lane: 'you', start_ms: 1000, end_ms: 3000 },
  { id: 'b', lane: 'you', start_ms: 3000, end_ms: 5000 },
  { id: 'model:1', lane: 'model', start_ms: 6000, end_ms: 8000 },
];
const middle = (lane: 'you' | 'model' | 'ruler' | 'scores') => (lanes[lane].top + lanes[lane].bottom) / 2;

describe('lanesOf', () => {
  it('lies without overlaps, top to bottom, inside the height', () => {
    const order = [lanes.ruler, lanes.filmstrip, lanes.scores, lanes.model, lanes.you, lanes.minimap];
    order.slice(1).forEach((band, index) => {
      expect(band.top).toBeGreaterThanOrEqual(order[index]?.bottom ?? 0);
    });
    expect(lanes.minimap.bottom).toBeLessThanOrEqual(300);
  });
  it('gives the filmstrip no room where there is none', () => {
    const without = lanesOf(300, new Set());
    expect(without.filmstrip.bottom).toBe(without.filmstrip.top);
    expect(without.scores.bottom - without.scores.top).toBeGreaterThan(lanes.scores.bottom - lanes.scores.top);
  });
});

describe('lanes of other people', () => {
  it('are there when asked for, and the filmstrip gives way where room is short', () => {
    for (const height of [208, 260, 320]) {
      const all = lanesOf(height, new Set<LaneName>(['filmstrip', 'clicks', 'others']));
      expect(all.others.bottom - all.others.top).toBeGreaterThan(0);
      expect(all.minimap.bottom).toBeLessThanOrEqual(height);
      LANE_NAMES.slice(1).forEach((name, index) => {
        expect(all[name].top).toBeGreaterThanOrEqual(all[LANE_NAMES[index] ?? 'ruler'].bottom);
      });
    }
  });
});

describe('rowBand', () => {
  it('divides a lane among its rows', () => {
    expect(rowBand({ top: 0, bottom: 40 }, 1, 2)).toEqual({ top: 20, bottom: 39 });
  });
});

describe('hitAt', () => {
  const at = (x: number, lane: 'you' | 'model' | 'ruler' | 'scores', selected: string | null = null) =>
    hitAt({ x, y: middle(lane) }, lanes, scale, new BarLayout(bars), selected);

  it('takes an edge from some pixels beside it', () => {
    expect(at(scale.x(1000) - 6, 'you')).toEqual({ on: 'edge', id: 'a', edge: 'start' });
    expect(at(scale.x(8000) + 6, 'model')).toEqual({ on: 'edge', id: 'model:1', edge: 'end' });
    expect(at(scale.x(1000) - 9, 'you')).toEqual({ on: 'lane', lane: 'you' });
  });
  it('takes the body between the edges', () => {
    expect(at(scale.x(2000), 'you')).toEqual({ on: 'bar', id: 'a' });
  });
  it('prefers the selected bar where two edges meet', () => {
    expect(at(scale.x(3000), 'you', 'b')).toEqual({ on: 'edge', id: 'b', edge: 'start' });
    expect(at(scale.x(3000), 'you', 'a')).toEqual({ on: 'edge', id: 'a', edge: 'end' });
  });
  it('leaves the middle of a narrow bar to the body', () => {
    const narrow: Bar[] = [{ id: 'n', lane: 'you', start_ms: 5000, end_ms: 5120 }];
    expect(hitAt({ x: scale.x(5060), y: middle('you') }, lanes, scale, new BarLayout(narrow), null)).toEqual({ on: 'bar', id: 'n' });
  });
  it('names the lane elsewhere', () => {
    expect(at(500, 'ruler')).toEqual({ on: 'lane', lane: 'ruler' });
    expect(hitAt({ x: 5, y: 9999 }, lanes, scale, new BarLayout(bars), null)).toEqual({ on: 'nothing' });
  });
});
