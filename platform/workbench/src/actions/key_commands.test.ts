import { expect, it } from 'vitest';
import { ALL_COMMANDS } from './keymap';

it('gives the server the names of all commands (after a change of the table: npm run test -- -u)', async () => {
  await expect(`${[...ALL_COMMANDS].sort().join('\n')}\n`).toMatchFileSnapshot('../../../vigil/accounts/key_commands.txt');
});
