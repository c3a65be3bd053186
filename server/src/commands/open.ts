import { type PondsCommand } from './verb.ts';

/** Opens a pond and keeps it open. Fails `pond-not-found`, `pond-too-new`, `pond-damaged`. */
export const open: PondsCommand<'open'> = (ponds, { pond }) => ponds.open(pond);
