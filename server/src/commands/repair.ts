import { type PondsCommand } from './verb.ts';
import { RepairCopies } from './repairCopies.ts';

/** Restores damaged files of a pond from copies of it. Fails `lock-held` while another process writes the pond. */
export const repair: PondsCommand<'repair'> = async (ponds, { pond, copies: named = [] }, job = {}) => {
  const opened = new RepairCopies(ponds, pond, job.signal);
  try {
    for (const one of named) await opened.add(one);
    const { restored, ...report } = await ponds.repair(pond, opened.copies, job);
    return {
      ...report,
      restored: restored.map(({ path, from, quarantined }) => ({
        ...{ path, from: from ?? null, quarantined: quarantined ?? null },
      })),
    };
  } finally {
    opened.close();
  }
};
