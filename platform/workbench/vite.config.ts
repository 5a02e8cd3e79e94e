import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

// Django serves `dist` under /static/ and finds the hashed names through dist/manifest.json (django-vite).
export default defineConfig({
  base: '/static/',
  plugins: [svelte(), tailwindcss()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    manifest: 'manifest.json',
    target: 'es2022',
    // The polyfill would be an inline script, which the content security policy refuses.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['src/site.ts', 'src/workbench.ts', 'src/questions.ts', 'src/settings.ts'],
      checks: { eval: false }, // htmx holds one eval, switched off in site.ts
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
