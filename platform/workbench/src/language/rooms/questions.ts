/** Texts of one room: the question modes. */
const english = {} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {};

export const questions = { english, chinese };
