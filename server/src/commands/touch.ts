import { type Command } from './verb.ts';
import { nodeInfo } from './info.ts';
import { existing } from './tree.ts';

/** Stages an empty file at each unused path, all or none; existing entries stay as they are. */
export const touch: Command<'touch'> = async ({ fs }, { paths }) => {
  const root = await fs.root();
  return await root.backend.batch(async () => {
    const infos = [];
    for (const path of paths) {
      if ((await root.get(path)) === undefined) await root.createFile(path, new Uint8Array());
      infos.push(await nodeInfo(root, await existing(root, path)));
    }
    return infos;
  });
};
