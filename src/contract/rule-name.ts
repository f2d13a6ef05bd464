/** What a rule may be called: the name of its file without `.md`. */
export const RULE_NAME = /^[a-z0-9][a-z0-9_.-]{0,99}$/i;

/** Names that mean something else, in any case. */
export const RESERVED_NAMES: readonly string[] = ['request', 'builtin'];
