/** Options and sentences of help that several verbs share. */

/** Option of a version. */
export const at = { type: 'string' } as const;

/** Returns an option without a value, by its short name. */
export const flag = (short: string) => ({ type: 'boolean', short }) as const;

export const atHelp = '--at V reads a version: a commit number, HEAD~n, a tag, or an ISO time.';

export const namesHelp = 'NAME is the name of a resource, KIND/NAME if several kinds have this name, or a UUID.';
