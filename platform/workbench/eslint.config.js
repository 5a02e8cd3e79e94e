import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const pureFolders = ['src/geometry/**/*.ts', 'src/state/**/*.ts', 'src/actions/**/*.ts'];
const effects = [
  ...['window', 'document', 'localStorage', 'sessionStorage', 'indexedDB', 'fetch', 'performance', 'navigator', 'location', 'history'],
  ...['setTimeout', 'setInterval', 'requestAnimationFrame', 'queueMicrotask', 'crypto', 'XMLHttpRequest', 'WebSocket', 'Worker', 'alert'],
];
const inScope = 'Belongs to a Scope (services/scope.ts), which ends it with its page: ';
// What outlives the moment: only a Scope may start it.
const lasting = [
  ['addEventListener', 'listen'],
  ['setTimeout', 'after'],
  ['setInterval', 'every'],
  ['requestAnimationFrame', 'nextFrame or everyFrame'],
  ['requestVideoFrameCallback', 'everyVideoFrame'],
  ['requestIdleCallback', 'after'],
].map(([name, method]) => ({
  selector: `CallExpression:matches([callee.name="${name}"], [callee.property.name="${name}"])`,
  message: `${inScope}${method}.`,
}));
const observers = {
  selector: 'NewExpression[callee.name=/^(Resize|Intersection|Mutation|Performance)Observer$/]',
  message: `${inScope}observeSize or viewObserver.`,
};

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
    files: ['src/**/*.ts', 'src/**/*.svelte'],
    ignores: ['src/services/scope.ts', 'src/**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', ...lasting, observers] },
  },
  {
    // Geometry, state and actions are pure: no page, no clock, no network (house style 20).
    files: pureFolders,
    rules: {
      'no-restricted-globals': ['error', ...effects],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now' }, { object: 'Math', property: 'random' }],
      'no-restricted-imports': ['error', { patterns: ['**/services/**', '**/components/**', '**/timeline/**', 'svelte*'] }],
    },
  },
);
