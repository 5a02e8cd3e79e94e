import { describe, expect, it } from 'vitest';
import { clampedView, followingView, frameView, MIN_SPAN_MS, pannedView, revealingView, Scale, spanOf, viewAround, viewBetween, wholeView, zoomedView } from './view';

const DAY_MS = 86_400_000;

describe('zoomedView', () => {
  it('keeps the time under the pointer where it is', () => {
    const before = { start_ms: 10_000, end_ms: 30_000 };
    const after = zoomedView(before, 15_000, 2, DAY_MS);
    expect(new Scale(after, 0, 1000).x(15_000)).toBeCloseTo(new Scale(before, 0, 1000).x(15_000));
    expect(spanOf(after)).toBeCloseTo(10_000);
  });
  it('stops at one frame and at the whole video', () => {
    expect(spanOf(zoomedView(wholeView(DAY_MS), 0, 1e9, DAY_MS))).toBe(MIN_SPAN_MS);
    expect(zoomedView({ start_ms: 5, end_ms: 5005 }, 2000, 1e-9, 60_000)).toEqual(wholeView(60_000));
  });
});

describe('views inside the video', () => {
  it('pans to the ends and no further', () => {
    expect(pannedView({ start_ms: 100, end_ms: 1100 }, -5000, 10_000)).toEqual({ start_ms: 0, end_ms: 1000 });
    expect(pannedView({ start_ms: 100, end_ms: 1100 }, 50_000, 10_000)).toEqual({ start_ms: 9000, end_ms: 10_000 });
  });
  it('works on a video shorter than the finest zoom', () => {
    expect(clampedView({ start_ms: -10, end_ms: 5 }, 40)).toEqual({ start_ms: 0, end_ms: MIN_SPAN_MS });
  });
  it('leaves a view alone that already shows the interval', () => {
    const view = { start_ms: 0, end_ms: 5000 };
    expect(revealingView(view, 1000, 2000, 60_000)).toBe(view);
    const moved = revealingView(view, 30_000, 31_000, 60_000);
    expect(spanOf(moved)).toBe(5000);
    expect(moved.start_ms).toBeLessThan(30_000);
    expect(moved.end_ms).toBeGreaterThan(31_000);
  });
  it('widens when the interval does not fit', () => {
    expect(revealingView({ start_ms: 0, end_ms: 1000 }, 10_000, 20_000, 60_000)).toEqual(viewAround(10_000, 20_000, 60_000));
  });
  it('turns the page when the playhead comes near its border', () => {
    const view = { start_ms: 0, end_ms: 10_000 };
    expect(followingView(view, 9000, 1, 60_000)).toBe(view);
    expect(followingView(view, 9300, 1, 60_000).start_ms).toBeCloseTo(9300 - 800);
    expect(followingView({ start_ms: 20_000, end_ms: 30_000 }, 20_500, -1, 60_000).end_ms).toBeCloseTo(20_500 + 800);
  });
  it('rests at the end of the video', () => {
    const last = { start_ms: 50_000, end_ms: 60_000 };
    expect(followingView(last, 59_900, 1, 60_000)).toBe(last);
  });
  it('glides from one view to the other', () => {
    const [from, to] = [{ start_ms: 0, end_ms: 100 }, { start_ms: 100, end_ms: 200 }];
    expect(viewBetween(from, to, 0)).toEqual(from);
    expect(viewBetween(from, to, 1)).toEqual(to);
    expect(viewBetween(from, to, 0.5)).toEqual({ start_ms: 50, end_ms: 150 });
    expect(viewBetween(from, to, 0.1).start_ms).toBeLessThan(10);
  });
  it('shows a few frames, also at the end', () => {
    expect(spanOf(frameView(59_990, 40, 60_000))).toBe(320);
    expect(frameView(59_990, 40, 60_000).end_ms).toBe(60_000);
  });
});

describe('Scale', () => {
  it('maps times to pixels and back', () => {
    const scale = new Scale({ start_ms: 1000, end_ms: 3000 }, 64, 500);
    expect(scale.x(1000)).toBe(64);
    expect(scale.x(3000)).toBe(564);
    expect(scale.time(scale.x(1234))).toBeCloseTo(1234);
    expect(scale.msPerPx).toBe(4);
  });
});
