import { commitAll } from './committing.ts';
import { openPond } from './pond.ts';

/** Commits a file of the pond in a folder without the rules of resources, as another program can. */
export async function commitWithoutRules(directory: string, path: string, text: string): Promise<void> {
  const pond = await openPond(directory, { mode: 'write' });
  try {
    await (await pond.fs.root()).writeFile(path, Buffer.from(text));
    await commitAll(pond);
  } finally {
    await pond.close();
  }
}
