import { describe, expect, it } from 'vitest';
import { FrameTable } from './frames';
import { edgeEntered, placeEntered } from './time_entry';

// 40 ms a frame, then a gap.
const frames = new FrameTable([0, 40, 80, 280, 320, 360], 400_000);
const clock = { frames, isInFrames: false };
const numbers = { frames, isInFrames: true };

describe('placeEntered', () => {
  it.each([
    ['1:02.345', 62_345],
    ['62.3', 62_300],
    ['62.3 s', 62_300],
    ['0:01:02', 62_000],
    ['1：02', 62_000],
    ['f3', 280],
    ['3f', 280],
    ['F 4', 320],
  ])('reads %s', (text, time_ms) => {
    expect(placeEntered(text, clock, 0)).toEqual({ time_ms });
  });

  it('takes a bare number for a frame where frames are shown', () => {
    expect(placeEntered('3', numbers, 0)).toEqual({ time_ms: 280 });
    expect(placeEntered('3.0', numbers, 0)).toEqual({ time_ms: 3000 });
  });

  it('goes further by a time or by frames, and stops at the ends', () => {
    expect(placeEntered('+2', clock, 80)).toEqual({ time_ms: 2080 });
    expect(placeEntered('-1f', clock, 300)).toEqual({ time_ms: 80 });
    expect(placeEntered('+2', numbers, 80)).toEqual({ time_ms: 320 });
    expect(placeEntered('-5', clock, 80)).toEqual({ time_ms: 0 });
    expect(placeEntered('+1:00:00', clock, 80)).toEqual({ time_ms: 400_000 });
  });

  it.each(['', 'soon', '1:2:3:4', '1.2.3', '--4', 'f', '12 h'])('refuses %j', (text) => {
    expect(placeEntered(text, clock, 0)).toEqual({ fault: 'not_a_time' });
  });

  it('refuses what lies past the end', () => {
    expect(placeEntered('400.001', clock, 0)).toEqual({ fault: 'past_end' });
    expect(placeEntered('f6', clock, 0)).toEqual({ fault: 'past_end' });
  });
});

describe('edgeEntered', () => {
  const segment = { start_ms: 40, end_ms: 320 };

  it('ends a segment with the frame that was typed', () => {
    expect(edgeEntered('f3', 'end', clock, segment)).toEqual({ time_ms: 320 });
    expect(edgeEntered('f3', 'start', clock, segment)).toEqual({ time_ms: 280 });
    expect(edgeEntered('0.3', 'end', clock, segment)).toEqual({ time_ms: 300 });
  });

  it('counts from the edge', () => {
    expect(edgeEntered('-0.1', 'end', clock, segment)).toEqual({ time_ms: 220 });
  });

  it('refuses edges that cross', () => {
    expect(edgeEntered('0.32', 'start', clock, segment)).toEqual({ fault: 'start_after_end' });
    expect(edgeEntered('0.04', 'end', clock, segment)).toEqual({ fault: 'end_before_start' });
  });
});
