import { type NodeInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorData } from '../errors.ts';

/** Who makes what is at a path. */
export interface CreateWizard {
  readonly node: NodeInfo;
  /** The home of the resource: what is committed of it is its document. */
  readonly home: string;
}

/** What is at a path when a resource makes it; undefined for what is stored, and for nothing. */
export async function createWizardAt(
  client: PondClient,
  pond: string,
  path: string,
  at?: string,
): Promise<CreateWizard | undefined> {
  try {
    const version = at === undefined ? {} : { at };
    const node = await client.request('stat', { pond, path, followLinks: true, ...version });
    if (node.derived !== true) return undefined;
    return { node, home: node.path.split('/').slice(0, 3).join('/') };
  } catch (error) {
    if (errorData(error) === undefined) throw error;
    return undefined;
  }
}
