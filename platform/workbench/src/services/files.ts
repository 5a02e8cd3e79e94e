/** A small JSON file to and from the person's disk. */

const MAX_BYTES = 200_000;

export function fileSave(name: string, value: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, 1)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** What the file holds, or null when it is no JSON or far too long. */
export async function fileRead(file: File): Promise<unknown> {
  if (file.size > MAX_BYTES) return null;
  try {
    return JSON.parse(await file.text()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
