import { describe, expect, it } from 'vitest';
import { FrameTable } from './frames';

// A camera that dropped frames: 40 ms, then a gap of 200 ms, then 33 ms.
const variable = new FrameTable([0, 40, 80, 280, 313, 346], 380);

describe('FrameTable', () => {
  it('finds the frame on screen at any time', () => {
    expect([0, 39, 40, 279, 280, 9999].map((time) => variable.frameAt(time))).toEqual([0, 0, 1, 2, 3, 5]);
  });
  it('seeks inside a frame, and not deep into one that stands long', () => {
    expect(variable.seekTimeOf(0)).toBe(10);
    expect(variable.seekTimeOf(2)).toBe(90);
    expect(FrameTable.even(250, 3, 12).seekTimeOf(1)).toBe(6);
    expect(variable.frameAt(variable.seekTimeOf(5))).toBe(5);
  });
  it('snaps to the nearer boundary, the end of the video included', () => {
    expect([100, 170, 190, 279].map((time) => variable.snapped(time))).toEqual([80, 80, 280, 280]);
    expect(variable.snapped(375)).toBe(380);
    expect(variable.snapped(400)).toBe(380);
  });
  it('steps over boundaries and stops at both ends', () => {
    expect(variable.stepped(80, 1)).toBe(280);
    expect(variable.stepped(280, -1)).toBe(80);
    expect(variable.stepped(0, -1)).toBe(0);
    expect(variable.stepped(346, 1)).toBe(380);
    expect(variable.stepped(380, 5)).toBe(380);
    expect(variable.stepped(380, -1)).toBe(346);
  });
  it('makes an even table of rounded times', () => {
    const even = FrameTable.even(29.97, 3, 100);
    expect([0, 1, 2].map((frame) => even.startOf(frame))).toEqual([0, 33, 67]);
    expect(FrameTable.even(0, 0, 1000).count).toBe(25);
  });
  it('refuses an empty table', () => {
    expect(() => new FrameTable([], 0)).toThrow(RangeError);
  });
});
