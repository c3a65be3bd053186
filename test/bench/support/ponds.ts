import { type CommitRequest } from '../../../server/src/pond/commitRecord.ts';
import { type Pond } from '../../../server/src/pond/types.ts';

/** Author of the commits. */
export const author = 'bench';

/** Commits one file in a transaction of its own. */
export async function commitInTransaction(
  pond: Pond,
  path: string,
  content: string,
  record: CommitRequest = { message: 'change', author },
): Promise<void> {
  const transaction = await pond.begin();
  await (await transaction.fs.root()).writeFile(path, Buffer.from(content));
  await transaction.commit(record);
}

/** Stages one file and commits what is staged. */
export async function commitStaged(pond: Pond, path: string, content: string): Promise<void> {
  await (await pond.fs.root()).writeFile(path, Buffer.from(content));
  await pond.commit({ message: 'change', author });
}

/** Commits `count` small files in directories of at most `perDirectory`: `/d0/f0`, `/d0/f1`, … */
export async function fillPond(pond: Pond, count: number, perDirectory: number): Promise<void> {
  const root = await pond.fs.root();
  await root.backend.batch(async () => {
    for (let file = 0; file < count; file++) {
      const directory = `/d${Math.floor(file / perDirectory)}`;
      if (file % perDirectory === 0) await root.createDirectory(directory);
      await root.writeFile(`${directory}/f${file % perDirectory}`, Buffer.from(`content of ${file}\n`));
    }
  });
  await pond.commit({ message: 'fill', author });
}
