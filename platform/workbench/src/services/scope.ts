/** Owner of listeners, timers and observers: ending the scope ends them all, so that nothing outlives its page. */
export class Scope {
  private readonly ends = new Set<() => void>();
  private isEnded = false;

  /** Calls `end` when the scope ends; the answer calls it now and forgets it. */
  own(end: () => void): () => void {
    if (this.isEnded) {
      end();
      return () => undefined;
    }
    this.ends.add(end);
    return () => {
      if (this.ends.delete(end)) end();
    };
  }

  listen<Name extends keyof WindowEventMap>(
    target: Window,
    name: Name,
    heard: (event: WindowEventMap[Name]) => void,
    options?: AddEventListenerOptions,
  ): () => void;
  listen<Name extends keyof DocumentEventMap>(
    target: Document,
    name: Name,
    heard: (event: DocumentEventMap[Name]) => void,
    options?: AddEventListenerOptions,
  ): () => void;
  listen<Name extends keyof HTMLElementEventMap>(
    target: HTMLElement,
    name: Name,
    heard: (event: HTMLElementEventMap[Name]) => void,
    options?: AddEventListenerOptions,
  ): () => void;
  listen<Name extends keyof XMLHttpRequestEventTargetEventMap>(
    target: XMLHttpRequestEventTarget,
    name: Name,
    heard: (event: XMLHttpRequestEventTargetEventMap[Name]) => void,
    options?: AddEventListenerOptions,
  ): () => void;
  listen(target: EventTarget, name: string, heard: (event: Event) => void, options?: AddEventListenerOptions): () => void;
  listen(target: EventTarget, name: string, heard: (event: never) => void, options?: AddEventListenerOptions): () => void {
    const listener = heard as EventListener;
    target.addEventListener(name, listener, options);
    return this.own(() => {
      target.removeEventListener(name, listener, options);
    });
  }

  after(delay_ms: number, due: () => void): () => void {
    let stop: () => void = () => undefined;
    const timer = setTimeout(() => {
      stop();
      due();
    }, delay_ms);
    stop = this.own(() => {
      clearTimeout(timer);
    });
    return stop;
  }

  every(period_ms: number, due: () => void): () => void {
    const timer = setInterval(due, period_ms);
    return this.own(() => {
      clearInterval(timer);
    });
  }

  /** Calls `draw` before each picture that the browser paints; `draw` may call what it was answered with to end it. */
  everyFrame(draw: (now: number) => void): () => void {
    let handle = 0;
    const frame = (now: number) => {
      handle = requestAnimationFrame(frame);
      draw(now);
    };
    handle = requestAnimationFrame(frame);
    return this.own(() => {
      cancelAnimationFrame(handle);
    });
  }

  /** Calls `draw` once, before the next picture that the browser paints. */
  nextFrame(draw: (now: number) => void): () => void {
    let stop: () => void = () => undefined;
    const handle = requestAnimationFrame((now) => {
      stop();
      draw(now);
    });
    stop = this.own(() => {
      cancelAnimationFrame(handle);
    });
    return stop;
  }

  /** Calls `shown` for each picture of the video that reaches the screen. */
  everyVideoFrame(video: HTMLVideoElement, shown: VideoFrameRequestCallback): () => void {
    let handle = 0;
    const frame: VideoFrameRequestCallback = (now, metadata) => {
      handle = video.requestVideoFrameCallback(frame);
      shown(now, metadata);
    };
    handle = video.requestVideoFrameCallback(frame);
    return this.own(() => {
      video.cancelVideoFrameCallback(handle);
    });
  }

  /** Calls `changed` when the element gets another size, and once at the beginning. */
  observeSize(element: Element, changed: () => void): () => void {
    const observer = new ResizeObserver(changed);
    observer.observe(element);
    return this.own(() => {
      observer.disconnect();
    });
  }

  /** An observer of what comes near the window, to be told which elements; it ends with the scope. */
  viewObserver(came: IntersectionObserverCallback, options?: IntersectionObserverInit): IntersectionObserver {
    const observer = new IntersectionObserver(came, options);
    this.own(() => {
      observer.disconnect();
    });
    return observer;
  }

  end(): void {
    this.isEnded = true;
    for (const end of [...this.ends].reverse()) end();
    this.ends.clear();
  }
}
