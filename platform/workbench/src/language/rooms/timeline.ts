/** Texts of one room: the timeline. */
const english = {} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {};

export const timeline = { english, chinese };
