/** Texts of one room: the player and its times. */
const english = {} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {};

export const time = { english, chinese };
