import { describe, expect, it } from 'vitest';
import { faultOf } from './bindings';
import { ALL_COMMANDS, placeOf } from './keymap';
import { bindingsOfPreset, PRESET_NAMES, PRESETS } from './presets';

describe.each(PRESET_NAMES)('the preset %s', (name) => {
  const bindings = bindingsOfPreset(name);

  it('gives no stroke to two commands in one place', () => {
    const given = ALL_COMMANDS.flatMap((command) => bindings[command].map((key) => `${placeOf(command)} ${key}`));
    expect(given.filter((one, at) => given.indexOf(one) !== at)).toEqual([]);
  });
  it('gives every command a key', () => {
    expect(ALL_COMMANDS.filter((command) => bindings[command].length === 0)).toEqual([]);
  });
  it('leaves the digits to labels, and to the browser what it keeps', () => {
    for (const command of ALL_COMMANDS) {
      for (const key of bindings[command]) expect(faultOf(key, command), `${command} ${key}`).toBeNull();
    }
  });
  it('has what it says it has', () => {
    for (const [command, keys] of Object.entries(PRESETS[name])) expect(bindings[command as 'accept']).toEqual(keys);
  });
});

describe('what is in the fingers', () => {
  it('steps frames as each tool does', () => {
    expect(bindingsOfPreset('default').frame_back).toContain(',');
    expect(bindingsOfPreset('label_studio').frame_back).toContain('Alt+ArrowLeft');
    expect(bindingsOfPreset('cvat').frame_back).toContain('D');
    expect(bindingsOfPreset('premiere').frame_back).toContain('ArrowLeft');
  });
  it('makes room: E goes to a key point in CVAT, so the sentence is edited by another key', () => {
    const bindings = bindingsOfPreset('cvat');
    expect(bindings.jump_to_start).toContain('E');
    expect(bindings.edit).toEqual(['T']);
  });
});
