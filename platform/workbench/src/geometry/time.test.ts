import { describe, expect, it } from 'vitest';
import { clockText, durationText, rulerText, timeParsed } from './time';

describe('clockText', () => {
  it('shows minutes, seconds and milliseconds, hours only when there are some', () => {
    expect(clockText(62_345)).toBe('01:02.345');
    expect(clockText(3_600_000 + 62_345)).toBe('1:01:02.345');
  });
  it('never shows a negative time', () => {
    expect(clockText(-5)).toBe('00:00.000');
  });
  it('carries a rounded millisecond over', () => {
    expect(clockText(59_999.6)).toBe('01:00.000');
  });
});

describe('rulerText', () => {
  it('is as fine as the step', () => {
    expect(rulerText(1500, 500)).toBe('00:01.5');
    expect(rulerText(1520, 20)).toBe('00:01.520');
    expect(rulerText(65_000, 5000)).toBe('01:05');
  });
});

describe('timeParsed', () => {
  it('reads what clockText writes', () => {
    for (const time of [0, 999, 62_345, 7_265_001]) expect(timeParsed(clockText(time))).toBe(time);
  });
  it('refuses what is no time', () => {
    expect(timeParsed('1:2:3:4')).toBeNull();
    expect(timeParsed('soon')).toBeNull();
    expect(timeParsed('')).toBeNull();
  });
});

describe('durationText', () => {
  it('chooses the unit by length', () => {
    expect(durationText(4230)).toBe('4.2 s');
    expect(durationText(185_000)).toBe('3 min 05 s');
    expect(durationText(7_800_000)).toBe('2 h 10 min');
    expect(durationText(59_900)).toBe('60 s');
  });
});
