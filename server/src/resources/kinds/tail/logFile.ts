import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { isPondError, PondError } from '../../../base/error.ts';
import { readHostStream, writeHostStream } from '../../../storage/hostStream.ts';
import { type LogContent } from './chunks.ts';
import { type FoundLogFile } from './findLogs.ts';
import { type LogFile } from './readLogs.ts';

/** A file of a log; its content is uncompressed to the path `scratch` when it is first needed. */
export function logFile({ hostPath, state, isCompressed, isLive }: FoundLogFile, scratch: string): LogFile {
  const { inode, sizeBytes, modifiedMs } = state;
  let content: Promise<LogContent> | undefined;
  const plain = (): Promise<LogContent> =>
    isCompressed ? uncompressed(hostPath, scratch) : Promise.resolve({ path: hostPath, sizeBytes });
  const stamp = `${inode} ${sizeBytes} ${modifiedMs}`;
  return { hostPath, isCompressed, isLive, inode, stamp, sizeBytes, content: () => (content ??= plain()) };
}

async function uncompressed(hostPath: string, target: string): Promise<LogContent> {
  try {
    const bytes = createGunzip();
    const [, sizeBytes] = await Promise.all([
      pipeline(readHostStream(hostPath, 0, Infinity), bytes),
      writeHostStream(target, bytes as AsyncIterable<Uint8Array>),
    ]);
    return { path: target, sizeBytes };
  } catch (cause) {
    if (isPondError(cause)) throw cause;
    throw new PondError('invalid-content', `${hostPath} is not a whole gzip file`, { path: hostPath, cause });
  }
}
