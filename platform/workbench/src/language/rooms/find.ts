/** Texts of one room: finding moments like this one. */
const english = {} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {};

export const find = { english, chinese };
