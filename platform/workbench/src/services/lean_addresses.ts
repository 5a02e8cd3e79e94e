/** Keeps addresses of filters short: what is empty is not sent, so a link to a list says only what narrows it. */

import htmx from 'htmx.org';
import type { Scope } from './scope';

interface Request extends Event {
  readonly detail: { readonly verb: string; readonly parameters: FormData };
}

function isRequest(event: Event): event is Request {
  return event instanceof CustomEvent && typeof event.detail === 'object';
}

function lean(data: FormData): void {
  for (const name of new Set(data.keys())) {
    const kept = data.getAll(name).filter((value) => value !== '');
    data.delete(name);
    for (const value of kept) data.append(name, value);
  }
}

export function leanAddresses(scope: Scope): void {
  const listener = htmx.on('htmx:configRequest', (event) => {
    if (isRequest(event) && event.detail.verb === 'get') lean(event.detail.parameters);
  });
  scope.own(() => { htmx.off('htmx:configRequest', listener); });
}
