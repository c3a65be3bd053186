import { type PondsCommand } from './verb.ts';

/** Restores damaged files of a pond from copies of it. Fails `lock-held` while another process writes the pond. */
export const repair: PondsCommand<'repair'> = async (ponds, { pond, copies = [] }, job = {}) => {
  const { restored, ...report } = await ponds.repair(pond, copies, job);
  return {
    ...report,
    restored: restored.map(({ path, from, quarantined }) => ({
      ...{ path, from: from ?? null, quarantined: quarantined ?? null },
    })),
  };
};
