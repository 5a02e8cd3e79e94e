/** Texts of one room: reviews, comments, history. */
const english = {} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {};

export const review = { english, chinese };
