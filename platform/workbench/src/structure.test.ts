/** The structure of these sources holds: what is pure imports nothing that is not, and no listener lives outside a Scope. */
import { ESLint } from 'eslint';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCES = new URL('.', import.meta.url).pathname;
const PURE = ['geometry', 'state', 'actions'];

function modulesOf(folder: string): string[] {
  const names = readdirSync(join(SOURCES, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => join(folder, name));
}

function importsOf(module: string): string[] {
  const text = readFileSync(join(SOURCES, module), 'utf8');
  return [...text.matchAll(/\bfrom '([^']+)'/g)].map(([, path]) => path ?? '');
}

async function complaints(code: string, filePath: string): Promise<string[]> {
  const [result] = await new ESLint().lintText(code, { filePath });
  return (result?.messages ?? []).map((message) => message.message);
}

describe.each(PURE)('%s', (folder) => {
  it('imports from pure folders only', () => {
    const modules = modulesOf(folder);
    expect(modules).not.toHaveLength(0);
    for (const module of modules) {
      const foreign = importsOf(module).filter((path) => !path.startsWith('.') || !PURE.includes(normalize(join(dirname(module), path)).split('/')[0] ?? ''));
      expect(foreign, module).toEqual([]);
    }
  });
});

describe('the lint rules', { timeout: 60_000 }, () => {
  it.each([
    "window.addEventListener('resize', () => undefined);",
    'setTimeout(() => undefined, 1);',
    'window.setInterval(() => undefined, 1);',
    'requestAnimationFrame(() => undefined);',
    'new ResizeObserver(() => undefined).observe(document.body);',
  ])('send %s to a Scope', async (code) => {
    expect(await complaints(code, join(SOURCES, 'services/anything.ts'))).toContainEqual(expect.stringContaining('Belongs to a Scope'));
  });
  it.each(['export const page = document.title;', 'export const now = Date.now();', "export const answer = fetch('/');"])('keep %s out of pure code', async (code) => {
    expect(await complaints(code, join(SOURCES, 'actions/anything.ts'))).not.toEqual([]);
    expect(await complaints(code, join(SOURCES, 'services/anything.ts'))).toEqual([]);
  });
});
