import { isPondError } from '../../base/error.ts';
import { type SourceFile } from '../sources.ts';
import { type TextScope } from './decoded.ts';
import { notationOfFile } from './findNotation.ts';
import { type FileNotation } from './notation.ts';
import { cachedScan } from './scanCache.ts';

/**
 * The notation that each CSV file shows; null for an empty one, and for one that is not a table as stated: that is
 * reported where its rows are read.
 */
export async function fileNotations(
  scope: TextScope,
  files: readonly SourceFile[],
): Promise<readonly (FileNotation | null)[]> {
  const found: (FileNotation | null)[] = [];
  for (const file of files) found.push(file.sizeBytes === 0 ? null : await notationIn(scope, file));
  return found;
}

async function notationIn(scope: TextScope, file: SourceFile): Promise<FileNotation | null> {
  try {
    return notationOfFile({ file, scan: await cachedScan(scope, file) });
  } catch (error) {
    if (isPondError(error, 'invalid-content')) return null;
    throw error;
  }
}
