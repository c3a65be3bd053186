/** Params that many requests have. */

/** Names the pond of a request: its absolute host directory. */
export type InPond = { readonly pond: string };

/** Names a version: a number, a time, a tag or `HEAD~N`; the working tree when omitted. */
export type At = { readonly at?: string };
