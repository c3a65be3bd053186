import { type TestContext } from 'node:test';
import { connectLocal } from '../../server/src/main.ts';
import { type CommandName, type Params, type Result } from '../../server/src/protocol/commands.ts';
import { type CallOptions } from '../../server/src/commands/calls.ts';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';
import './userCache.ts';

/** A new pond, and the commands on it in this process. */
export interface PondHost {
  /** A host folder of the test, which contains the pond. */
  readonly folder: string;
  readonly pond: string;
  run<N extends CommandName>(name: N, params: Omit<Params<N>, 'pond'>, options?: CallOptions): Promise<Result<N>>;
}

/** Creates a pond in a folder of its own; both are removed when the test ends. */
export async function newPondHost(t: TestContext): Promise<PondHost> {
  const folder = temporaryFolder(t);
  const pond = join(folder, 'pond');
  const host = connectLocal();
  t.after(() => host.close());
  await host.call('init', { directory: pond });
  return {
    folder,
    pond,
    run: (name, params, options) => host.call(name, { pond, ...params }, options),
  };
}

/** The params of a write that creates a file from a text. */
export function textFile(path: string, text: string): Omit<Params<'write'>, 'pond'> {
  return { path, content: Buffer.from(text), create: true, overwrite: true };
}
