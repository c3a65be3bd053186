import { type Command } from './context.ts';

/** Opens a pond and keeps it open. Fails `pond-not-found`, `pond-too-new`, `pond-damaged`. */
export const open: Command<'open'> = (context, { pond }) => context.ponds.open(pond);
