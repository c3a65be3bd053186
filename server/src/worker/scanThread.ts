/** A thread of the query process that scans parts of files, one after the other. */
import { parentPort } from 'node:worker_threads';
import { examplesIn, type LinesPart } from '../sandbox/jsonLines/exampleFiles.ts';
import { scanPart, type TablePart } from '../sandbox/textTables/scanParts.ts';
import { openHostDisk } from '../storage/hostDisk.ts';

parentPort?.on('message', (part: TablePart | LinesPart) => void answer(part));

/** A failure ends the thread with its error. */
async function answer(part: TablePart | LinesPart): Promise<void> {
  const found = part.kind === 'table' ? await scanPart(openHostDisk, part) : await examplesIn(openHostDisk, part);
  parentPort?.postMessage(found);
}
