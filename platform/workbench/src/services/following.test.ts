import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { View } from '../geometry/view';
import { Following } from './following.svelte';
import { Scope } from './scope';

const scope = new Scope();
let view: View;
let frames: ((now: number) => void)[];
let following: Following;

function frame(now: number): void {
  const due = frames;
  frames = [];
  due.forEach((draw) => { draw(now); });
}

beforeEach(() => {
  view = { start_ms: 0, end_ms: 10_000 };
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (draw: (now: number) => void) => frames.push(draw));
  vi.stubGlobal('cancelAnimationFrame', () => (frames = []));
  following = new Following(scope, { view: () => view, setView: (next) => (view = next), duration_ms: () => 60_000, rate: () => 1, isCalm: () => false });
  following.begin();
});
afterEach(() => { vi.unstubAllGlobals(); });

describe('Following', () => {
  it('rests while the playhead is inside, and glides one page on at the border', () => {
    const first = view;
    following.at(5000);
    expect(view).toBe(first);
    following.at(9300);
    frame(0);
    frame(160);
    expect(view.start_ms).toBeGreaterThan(0);
    expect(view.start_ms).toBeLessThan(8500);
    frame(320);
    expect(view).toEqual({ start_ms: 8500, end_ms: 18_500 });
    expect(frames).toEqual([]);
  });

  it('leaves a person alone who looks elsewhere, until the playhead comes by', () => {
    following.at(5000);
    view = { start_ms: 20_000, end_ms: 30_000 };
    const chosen = view;
    following.at(9300);
    following.at(19_000);
    expect(view).toBe(chosen);
    following.at(29_500);
    frame(0);
    frame(320);
    expect(view.start_ms).toBe(28_700);
  });

  it('lets go of a glide when the person takes the view', () => {
    following.at(9300);
    frame(0);
    view = { start_ms: 40_000, end_ms: 50_000 };
    frame(100);
    expect(view.start_ms).toBe(40_000);
  });

  it('turns the page at once where a page is played in no time', () => {
    view = { start_ms: 0, end_ms: 1000 };
    following.begin();
    following.at(990);
    expect(view.start_ms).toBeCloseTo(910);
  });
});
