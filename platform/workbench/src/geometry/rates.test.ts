import { describe, expect, it } from 'vitest';
import { RATES, rateBeside, shuttleRate } from './rates';

describe('rateBeside', () => {
  it('walks through all speeds and stays at the ends', () => {
    let rate = 0.25;
    const walked = [rate];
    while (rateBeside(rate, 1) !== rate) walked.push((rate = rateBeside(rate, 1)));
    expect(walked).toEqual(RATES);
    expect(rateBeside(16, 1)).toBe(16);
    expect(rateBeside(0.25, -1)).toBe(0.25);
  });

  it('goes on from a speed between the steps, and from running backwards', () => {
    expect(rateBeside(5, 1)).toBe(6);
    expect(rateBeside(5, -1)).toBe(4);
    expect(rateBeside(-2, 1)).toBe(3);
  });
});

describe('shuttleRate', () => {
  it('is faster with each press in one direction', () => {
    expect([0, 1, 2, 4, 8, 16].map((rate) => shuttleRate(rate, 1))).toEqual([1, 2, 4, 8, 16, 16]);
    expect([0, -1, -2].map((rate) => shuttleRate(rate, -1))).toEqual([-1, -2, -4]);
  });

  it('begins again at normal speed against the direction', () => {
    expect(shuttleRate(8, -1)).toBe(-1);
    expect(shuttleRate(-4, 1)).toBe(1);
  });
});
