import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Scope } from './scope';

describe('a scope', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    // Node paints nothing: a frame is a timer there.
    vi.stubGlobal('requestAnimationFrame', (draw: FrameRequestCallback) => setTimeout(() => { draw(0); }, 16));
    vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('ends listeners, timers and frames together', () => {
    const scope = new Scope();
    const target = new EventTarget();
    const heard = vi.fn();
    scope.listen(target, 'ping', heard);
    scope.after(10, heard);
    scope.every(10, heard);
    scope.everyFrame(heard);
    scope.nextFrame(heard);
    scope.end();
    target.dispatchEvent(new Event('ping'));
    vi.advanceTimersByTime(1000);
    expect(heard).not.toHaveBeenCalled();
  });
  it('starts nothing any more once it has ended', () => {
    const scope = new Scope();
    scope.end();
    const due = vi.fn();
    scope.after(10, due);
    vi.advanceTimersByTime(1000);
    expect(due).not.toHaveBeenCalled();
  });
  it('lets one thing be stopped alone', () => {
    const scope = new Scope();
    const [one, other] = [vi.fn(), vi.fn()];
    const stop = scope.every(10, one);
    scope.every(10, other);
    stop();
    vi.advanceTimersByTime(35);
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([0, 3]);
  });
  it('draws one next frame once', () => {
    const scope = new Scope();
    const draw = vi.fn();
    scope.nextFrame(draw);
    vi.advanceTimersByTime(100);
    expect(draw).toHaveBeenCalledOnce();
  });
  it('ends the last first', () => {
    const scope = new Scope();
    const order: number[] = [];
    scope.own(() => order.push(1));
    scope.own(() => order.push(2));
    scope.end();
    expect(order).toEqual([2, 1]);
  });
});
