import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Attention } from './attention';
import { Scope } from './scope';

class Page extends EventTarget {
  visibilityState = 'visible';

  show(visibilityState: 'visible' | 'hidden'): void {
    this.visibilityState = visibilityState;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: Page;
let scope: Scope;
let isWatching: boolean;
let attention: Attention;

beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
  vi.stubGlobal('document', page);
  scope = new Scope();
  isWatching = false;
  attention = new Attention(scope, () => isWatching);
});

afterEach(() => {
  scope.end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const press = () => page.dispatchEvent(new Event('keydown'));

describe('the time a person really worked', () => {
  it('runs from sign of life to sign of life', () => {
    vi.advanceTimersByTime(12_300);
    expect(attention.spent_ms).toBe(12_300);
    press();
    vi.advanceTimersByTime(20_000);
    expect(attention.spent_ms).toBe(32_300);
  });

  it('leaves out what goes beyond half a minute without a sign of life', () => {
    vi.advanceTimersByTime(10 * 60_000);
    expect(attention.spent_ms).toBe(30_000);
    expect(attention.isAwake).toBe(false);
    press();
    expect(attention.isAwake).toBe(true);
    vi.advanceTimersByTime(5000);
    expect(attention.spent_ms).toBe(35_000);
  });

  it('goes on while a film is watched to its end', () => {
    isWatching = true;
    vi.advanceTimersByTime(120_000);
    expect(attention.spent_ms).toBe(120_000);
    expect(attention.isAwake, 'but does not keep a question from others').toBe(false);
  });

  it('stands still while the page is hidden, to the moment', () => {
    vi.advanceTimersByTime(4500);
    page.show('hidden');
    isWatching = true;
    vi.advanceTimersByTime(300_000);
    expect(attention.spent_ms).toBe(4500);
    isWatching = false;
    page.show('visible');
    press();
    vi.advanceTimersByTime(1500);
    expect(attention.spent_ms).toBe(6000);
  });

  it('does not count the time for which the machine slept', () => {
    vi.advanceTimersByTime(1000);
    vi.setSystemTime(Date.now() + 3_600_000);
    const slept = performance.now() + 3_600_000;
    vi.spyOn(performance, 'now').mockReturnValue(slept);
    expect(attention.spent_ms).toBeLessThanOrEqual(3000);
    vi.restoreAllMocks();
  });
});
