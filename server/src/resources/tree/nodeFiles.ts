import { type HostFile } from '../../pond/hostFile.ts';
import { type ByteRange, type Node } from '../../tinyfs/backend.ts';
import { type InputFiles } from './inputs.ts';

/** Access to the content of nodes. */
export interface NodeFiles extends InputFiles {
  /** Returns the size of a derived file in bytes; undefined while it is unknown. */
  sizeOf(key: string): number | undefined;
  /** Returns the one host file with the content of a derived file, built if needed. */
  wholeFile(node: Node): Promise<HostFile>;
  /** Yields the content of a host file, or the bytes of a range of it; undefined when it is missing. */
  readHostFile(hostPath: string, range?: ByteRange): AsyncIterable<Uint8Array> | undefined;
}
