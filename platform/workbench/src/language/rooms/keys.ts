/** Texts of one room: presets of keys and their settings. */
const english = {} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {};

export const keys = { english, chinese };
