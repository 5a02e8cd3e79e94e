/** The colours of the timeline, read from the page's theme so that both themes share one drawing. */

export interface Palette {
  readonly ground: string;
  readonly lane: string;
  readonly line: string;
  readonly text: string;
  readonly faint: string;
  readonly playhead: string;
  readonly question: string;
  readonly select: string;
  readonly high: string;
  readonly middle: string;
  readonly low: string;
  readonly long: string;
  readonly short: string;
  readonly raw: string;
  readonly isDark: boolean;
}

// A canvas does not read `var(...)`; a probe element turns each into a plain colour once a theme.
function resolved(probe: HTMLElement, value: string): string {
  probe.style.color = value;
  return getComputedStyle(probe).color;
}

export function paletteOf(host: HTMLElement): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const mix = (name: string, percent: number) => resolved(probe, `color-mix(in oklab, var(--color-${name}) ${percent}%, transparent)`);
  const palette: Palette = {
    ground: resolved(probe, 'var(--color-base-100)'),
    lane: resolved(probe, 'var(--color-base-200)'),
    line: mix('base-content', 13),
    text: mix('base-content', 78),
    faint: mix('base-content', 66),
    playhead: resolved(probe, 'var(--color-base-content)'),
    question: resolved(probe, 'var(--color-accent)'),
    select: resolved(probe, 'var(--color-base-content)'),
    high: resolved(probe, 'var(--color-error)'),
    middle: resolved(probe, 'var(--color-warning)'),
    low: resolved(probe, 'var(--color-primary)'),
    long: resolved(probe, 'var(--color-secondary)'),
    short: resolved(probe, 'var(--color-success)'),
    raw: mix('base-content', 62),
    isDark: getComputedStyle(host).colorScheme.includes('dark'),
  };
  probe.remove();
  return palette;
}
