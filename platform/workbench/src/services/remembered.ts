/** Small choices of a person that this browser remembers; where it keeps nothing, the page's own default holds. */

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`vigil:${name}`);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`vigil:${name}`, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
