import { type NodeInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorData } from '../errors.ts';

/** Derived content at a path, with the resource that computes it. */
interface DerivedContent {
  readonly node: NodeInfo;
  /** Resource directory: its document is the committed part. */
  readonly resourceDirectory: string;
}

/** Derived content at a path; undefined for stored content, and when the path does not exist. */
export async function derivedContentAt(
  client: PondClient,
  pond: string,
  path: string,
  at?: string,
): Promise<DerivedContent | undefined> {
  try {
    const version = at === undefined ? {} : { at };
    const node = await client.request('stat', { pond, path, followLinks: true, ...version });
    if (node.derived !== true) return undefined;
    return { node, resourceDirectory: node.path.split('/').slice(0, 3).join('/') };
  } catch (error) {
    if (errorData(error) === undefined) throw error;
    return undefined;
  }
}
