/** A program that answers as journalctl does, from a file of entries: for what a real journal does not have on demand. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Fields of an entry, as journalctl writes them. */
export type EntryFields = Readonly<Record<string, unknown>>;

/** A folder with the program, and what it answers. */
export interface JournalStandIn {
  /** Value of PATH with which it is found. */
  readonly path: string;
  /** Sets the entries of the journal, and what the program writes to its standard error. */
  answer(entries: readonly (EntryFields | string)[], options?: StandInOptions): void;
}

interface StandInOptions {
  /** Status with which the program ends when it wrote the entries. */
  readonly status?: number;
  readonly stderr?: string;
  /** Standard error of the call that looks which journals can be read. */
  readonly hint?: string;
}

/** `--cursor` begins at an entry, or at the first one after it where it is gone; `--unit` selects entries. */
const program = `#!${process.execPath}
const { readFileSync } = require('node:fs');
const { entries, status, stderr, hint } = JSON.parse(readFileSync(__dirname + '/answer.json', 'utf8'));
const values = (name) => process.argv.flatMap((arg) => (arg.startsWith(name + '=') ? [arg.slice(name.length + 1)] : []));
if (values('--lines').length > 0) {
  process.stderr.write(hint);
  process.exit(0);
}
const [cursor] = values('--cursor');
const units = values('--unit');
const number = (text) => Number(/i=(\\d+)/.exec(text)[1]);
for (const entry of entries) {
  const isEntry = typeof entry === 'object';
  if (isEntry && units.length > 0 && !units.includes(entry._SYSTEMD_UNIT)) continue;
  if (isEntry && cursor !== undefined && number(entry.__CURSOR) < number(cursor)) continue;
  process.stdout.write((isEntry ? JSON.stringify(entry) : entry) + '\\n');
}
process.stderr.write(stderr);
process.exitCode = status;
`;

/** Writes the program into a folder. */
export function journalStandIn(folder: string): JournalStandIn {
  const path = join(folder, 'bin');
  mkdirSync(path);
  writeFileSync(join(path, 'journalctl'), program, { mode: 0o755 });
  return {
    path,
    answer(entries, { status = 0, stderr = '', hint = '' } = {}) {
      writeFileSync(join(path, 'answer.json'), JSON.stringify({ entries, status, stderr, hint }));
    },
  };
}

/** An entry at a number of seconds, as journalctl writes it. */
export function journalEntry(number: number, fields: EntryFields): EntryFields {
  const timeUs = 1_735_689_600_000_001 + number * 1_000_000;
  const cursor = `s=0f;i=${number};b=1b;m=${number};t=${timeUs.toString(16)};x=${number}`;
  return { __CURSOR: cursor, __REALTIME_TIMESTAMP: String(timeUs), ...fields };
}
