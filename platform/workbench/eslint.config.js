import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const pureFolders = ['src/geometry/**/*.ts', 'src/state/**/*.ts', 'src/actions/**/*.ts'];

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'dev/', 'src/state/api_types.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 320, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 3],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-undef': 'off', // TypeScript knows what exists
      'svelte/prefer-svelte-reactivity': 'off', // maps built and thrown away inside one function need no reactivity
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    // Geometry, state and actions are pure: no page, no clock, no network (house style 20).
    files: pureFolders,
    rules: {
      'no-restricted-globals': ['error', 'window', 'document', 'localStorage', 'fetch', 'performance', 'navigator', 'setTimeout'],
      'no-restricted-imports': ['error', { patterns: ['**/services/**', '**/components/**', '**/timeline/**', 'svelte*'] }],
    },
  },
);
