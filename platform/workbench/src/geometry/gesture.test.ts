import { describe, expect, it } from 'vitest';
import { dragFactor, NO_RUN, pinchFactor, scrollSpeed, wheelTurned, type WheelRun } from './gesture';
import { MIN_SPAN_MS, wholeView, zoomedView, spanOf, type View } from './view';

const DAY_MS = 86_400_000;

function wheeled(view: View, turns: number, down_px: number, is_pinch = false): View {
  let run: WheelRun = NO_RUN;
  let now = view;
  for (let turn = 0; turn < turns; turn += 1) {
    run = wheelTurned(run, down_px, turn * 16, is_pinch);
    now = zoomedView(now, 40_000_000, run.factor, DAY_MS);
  }
  return now;
}

describe('one gesture', () => {
  it('of the wheel goes from a day to one frame and back', () => {
    const frame = wheeled(wholeView(DAY_MS), 30, -80);
    expect(spanOf(frame)).toBe(MIN_SPAN_MS);
    expect(spanOf(wheeled(frame, 30, 80))).toBe(DAY_MS);
  });

  it('of two fingers on a trackpad does too', () => {
    expect(spanOf(wheeled(wholeView(DAY_MS), 80, -8, true))).toBe(MIN_SPAN_MS);
  });

  it('of two fingers on a screen, or of a drag on the ruler, does too', () => {
    expect(DAY_MS / pinchFactor(24, 900)).toBeLessThan(40);
    expect(DAY_MS / dragFactor(260)).toBeLessThan(MIN_SPAN_MS);
    expect(pinchFactor(24, 900) * pinchFactor(900, 24)).toBeCloseTo(1, 6);
  });

  it('begins gently', () => {
    expect(wheelTurned(NO_RUN, -100, 0, false).factor).toBeLessThan(1.4);
    expect(pinchFactor(100, 130)).toBeCloseTo(1.3, 6);
    expect(dragFactor(10)).toBeLessThan(1.2);
  });

  it('ends with a pause and with a turn back', () => {
    const run = [0, 16, 32].reduce((last, at) => wheelTurned(last, -200, at, false), NO_RUN);
    expect(run.turned_px).toBe(600);
    expect(wheelTurned(run, -100, 500, false).turned_px).toBe(100);
    expect(wheelTurned(run, 100, 48, false).turned_px).toBe(100);
  });
});

describe('dragging over the border', () => {
  it('scrolls faster the further out, and not at all inside', () => {
    expect(scrollSpeed(500, 64, 1000)).toBe(0);
    expect(scrollSpeed(1010, 64, 1000)).toBeGreaterThan(0);
    expect(scrollSpeed(1100, 64, 1000)).toBeGreaterThan(scrollSpeed(1010, 64, 1000));
    expect(scrollSpeed(0, 64, 1000)).toBeLessThan(0);
    expect(scrollSpeed(9999, 64, 1000)).toBe(4000);
  });
});
