/** Texts of one room: saving, conflicts, being offline or logged out. */
const english = {} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {};

export const saving = { english, chinese };
