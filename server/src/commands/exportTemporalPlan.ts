import { PondError } from '../base/error.ts';
import { type InputMatcher, type Match } from '../resources/model/derivedContent.ts';
import { exportNameProblem } from '../publish/export/manifest.ts';
import { parquetName } from '../publish/export/writeSet.ts';
import { hasWildcard } from '../tinyfs/glob.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { unexportable } from './exportPlan.ts';
import { matchless, type Skipped } from './skipped.ts';
import { existing } from './tree.ts';

/** A file of the pond to export: partitioned by time or, if it is a text, as it is. */
export interface TemporalItem {
  readonly kind: 'series' | 'text';
  readonly match: Match;
  /** Captures of the wildcards, joined with `/`; the file's own name when they are empty. */
  readonly name: string;
  /** Folder for partitions, '' for the directory itself. */
  readonly folder: string;
  /** The file for unpartitioned content. */
  readonly file: string;
}

/** Items of an export by time, by pattern. */
interface TemporalPlan {
  readonly patterns: readonly { readonly pattern: string; readonly items: readonly TemporalItem[] }[];
  readonly skipped: readonly Skipped[];
}

/**
 * The matches of patterns, with their export names. A resource matched by a wildcard counts by its name. Fails
 * `not-found`, `is-a-directory` and `invalid-path` for a path without wildcards, `already-exists` when two files would
 * have the same name.
 */
export async function planTemporal(
  root: WorkingDirectory,
  inputs: InputMatcher,
  patterns: readonly string[],
): Promise<TemporalPlan> {
  const skipped: Skipped[] = [];
  const named = new Map<string, TemporalItem>();
  const planned: { readonly pattern: string; readonly items: readonly TemporalItem[] }[] = [];
  for (const pattern of patterns) {
    const items: TemporalItem[] = [];
    const matches = await matched(root, inputs, pattern);
    if (matches.length === 0) skipped.push(matchless(pattern));
    for (const item of matches.map(itemOf)) {
      const reason = exportNameProblem(item.name);
      if (reason !== undefined) {
        const unnamed = { kind: 'skipped', path: item.match.path, reason } as const;
        if (!hasWildcard(pattern)) throw unexportable(unnamed);
        skipped.push(unnamed);
        continue;
      }
      const other = named.get(item.name);
      if (other !== undefined && other.match.path !== item.match.path) throw nameCollision(other, item);
      named.set(item.name, item);
      items.push(item);
    }
    planned.push({ pattern, items });
  }
  return { patterns: planned, skipped };
}

async function matched(root: WorkingDirectory, inputs: InputMatcher, pattern: string): Promise<readonly Match[]> {
  const matches = await inputs.match(pattern);
  if (matches.length > 0 || hasWildcard(pattern)) return matches;
  const { path } = await existing(root, pattern);
  throw new PondError('is-a-directory', `${path} is a directory`, {
    path,
    hint: `Name the files in it with a pattern, such as ${pattern.replace(/\/$/, '')}/**.`,
  });
}

function itemOf(match: Match): TemporalItem {
  // The capture of `**` contains slashes, the last one at its end.
  const captured = match.captures.flatMap((capture) => capture.split('/').filter((name) => name !== '')).join('/');
  const name = captured === '' ? match.name : captured;
  const isSeries = match.type === 'series' || match.type === 'table';
  if (!isSeries) return { kind: 'text', match, name, folder: captured, file: name };
  return { kind: 'series', match, name, folder: captured, file: parquetName(name) };
}

function nameCollision(a: TemporalItem, b: TemporalItem): PondError {
  const message = `${a.match.path} and ${b.match.path} would both be exported as ${a.name}`;
  return new PondError('already-exists', message, {
    path: b.match.path,
    hint: 'Use patterns whose wildcards distinguish them, or export them to different directories.',
  });
}
