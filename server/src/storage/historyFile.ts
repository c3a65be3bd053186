/** Lines that a person typed into a program, kept between its runs. */
import { parseJsonText } from '../base/json.ts';
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPondError } from '../base/error.ts';
import { errnoOf } from './storageError.ts';
import { userDataFolder } from './userFolder.ts';

/** Entries kept when the file is read. */
const entriesMax = 1000;
/** The file is shortened when it is read with more bytes than this. */
const bytesMax = 1024 * 1024;
/** Typed lines may contain values that others must not read. */
const mode = 0o600;

/** Entries of one program, in a file of the user's data folder that only the user can read. */
export interface HistoryFile {
  /** The latest entries, oldest first; none when there is no file, or it cannot be read. */
  readonly read: () => readonly string[];
  /** Adds an entry. Does nothing when the file cannot be written: the program works without it. */
  readonly add: (entry: string) => void;
}

/** Returns the history of a program, by the name of its file. */
export function historyFile(name: string): HistoryFile {
  const path = (): string => join(userDataFolder(), name);
  return {
    read: () => {
      const text = quietly(() => readFileSync(path(), 'utf8')) ?? '';
      const entries = text.split('\n').flatMap(entryOf).slice(-entriesMax);
      if (text.length > bytesMax)
        quietly(() => writeFileSync(path(), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode }));
      return entries;
    },
    add: (entry) => {
      quietly(() => {
        appendFileSync(path(), `${JSON.stringify(entry)}\n`, { mode });
        chmodSync(path(), mode);
      });
    },
  };
}

/** The entry of a line; none for a line that was cut short. */
function entryOf(line: string): readonly string[] {
  const entry = parseJsonText(line);
  return typeof entry === 'string' ? [entry] : [];
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (errnoOf(error) === undefined && !isPondError(error)) throw error;
    return undefined;
  }
}
