import { type Params, type Result, type TemporalFile } from '../protocol/commands.ts';
import { type InputMatcher } from '../resources/model/derivedContent.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { type ExportContext, foldRecords } from '../resources/model/exportContext.ts';
import { type ExportedSet, readManifest, writeManifest } from '../publish/export/manifest.ts';
import { type TemporalPart } from '../publish/export/parts.ts';
import { requireDistinct } from '../publish/export/foldedNames.ts';
import { sweep } from '../publish/export/sweep.ts';
import { textWithFiles } from '../publish/export/templateText.ts';
import { writeText } from '../publish/export/writeText.ts';
import { type ExportTarget, writeSet, type WrittenSet } from '../publish/export/writeSet.ts';
import { mapLimit } from '../base/mapLimit.ts';
import { parentOf } from '../storage/diskPath.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { planTemporal, type TemporalItem } from './exportTemporalPlan.ts';
import { createYield } from '../base/yieldToEventLoop.ts';
import { skippedInPond } from './skipped.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type ExportJob } from './exportPlan.ts';

/**
 * Writes the matches of patterns to a host directory, under names made of the wildcards' captures: series and tables as
 * one Parquet file per period, other files as they are. Unchanged files are left alone; files of an earlier export by
 * the same patterns that are no longer exported are removed. Templates matched by a later pattern receive the files of
 * the preceding pattern. Fails `not-found`, `is-a-directory`, `already-exists`.
 */
export async function exportTemporal(
  pond: ResourcePond,
  params: Params<'export'>,
  parts: readonly TemporalPart[],
  { signal, progress, effects }: ExportJob,
): Promise<Result<'export'>> {
  const fs = await treeAt(pond, params.at);
  const inputs = pond.layer.inputs(fs);
  const plan = await planTemporal(await fs.root(), inputs, params.paths);
  const disk = effects.openDisk(params.directory);
  disk.makeDirectory('');
  requireDistinct(
    disk,
    plan.patterns.flatMap(({ items }) => items.map(({ file }) => file)),
  );
  const job = { signal, progress };
  const target = { disk, directory: params.directory, materializer: pond.layer.materializer, job };
  const before = readManifest(disk);
  const after = new Map(before);
  try {
    const writing = { target, fs, inputs, parts, after, yieldToEventLoop: createYield(signal) };
    const output = await writePatterns(writing, plan.patterns);
    forgetOthers(after, output.names, new Set(params.paths));
    const removed = sweep(disk, params.directory, before, after);
    return {
      files: output.written.length,
      unchanged: output.unchanged,
      directories: new Set(output.written.map(({ file }) => parentOf(file)).filter((folder) => folder !== '')).size,
      bytes: output.written.reduce((sum, { file }) => sum + (disk.stat(file)?.sizeBytes ?? 0), 0),
      temporal: { written: output.written, unchanged: output.unchanged, removed },
      ...(await skippedInPond(plan.skipped, displayPaths([fs]))),
    };
  } finally {
    // After a failure too, so that a later export can remove the files written so far.
    writeManifest(disk, before, after);
  }
}

/** Number of series written concurrently: one is compared and renamed while another is partitioned. */
const itemsAtOnce = 2;

interface Writing {
  readonly target: ExportTarget;
  readonly fs: FileSystem;
  readonly inputs: InputMatcher;
  readonly parts: readonly TemporalPart[];
  readonly after: Map<string, ExportedSet>;
  readonly yieldToEventLoop: () => Promise<void>;
}

interface TemporalOutput {
  readonly names: Set<string>;
  readonly written: TemporalFile[];
  unchanged: number;
}

async function writePatterns(
  writing: Writing,
  patterns: readonly { readonly pattern: string; readonly items: readonly TemporalItem[] }[],
): Promise<TemporalOutput> {
  const output: TemporalOutput = { names: new Set(), written: [], unchanged: 0 };
  let files: ExportContext | undefined;
  for (const { pattern, items } of patterns) {
    const records: TemporalFile[] = [];
    const known = files;
    const sets = await mapLimit(items, itemsAtOnce, async (item) => {
      await writing.yieldToEventLoop();
      const { unchanged, ...set } = await writeItem(writing, pattern, item, known);
      writing.after.set(item.name, set);
      return { item, set, unchanged };
    });
    for (const { item, set, unchanged } of sets) {
      output.names.add(item.name);
      output.unchanged += unchanged;
      for (const { file, startTime, endTime } of set.files) {
        const exported = { file, startTime, endTime, captures: item.match.captures };
        output.written.push(exported);
        if (item.kind === 'series') records.push(exported);
      }
    }
    files = nextContext(files, pattern, items, records);
  }
  return output;
}

async function writeItem(
  { target, fs, inputs, parts, after }: Writing,
  origin: string,
  { kind, name, file, folder, match }: TemporalItem,
  files: ExportContext | undefined,
): Promise<WrittenSet> {
  const { materializer, job } = target;
  if (kind === 'series') {
    const set = { origin, inputs: await match.files(job), folder, file, parts };
    return await writeSet(target, set, after.get(name), (part) => after.set(name, part));
  }
  const text =
    files === undefined ? undefined : await textWithFiles(match.path, { fs, inputs, files, materializer, job });
  return await writeText(target, { origin, match, file, text });
}

/** Texts add no data files: after a pattern of templates, the next one receives the same files. */
function nextContext(
  before: ExportContext | undefined,
  pattern: string,
  items: readonly TemporalItem[],
  records: readonly TemporalFile[],
): ExportContext | undefined {
  const isOfTexts = items.length === 0 ? /^\/?Template\//.test(pattern) : items.every(({ kind }) => kind === 'text');
  if (isOfTexts) return before;
  return foldRecords(
    records.map(({ file, startTime, endTime, captures }) => ({
      file,
      start_time: startTime,
      end_time: endTime,
      captures,
    })),
  );
}

/** Drops the former sets of these patterns that they no longer export. */
function forgetOthers(sets: Map<string, ExportedSet>, names: ReadonlySet<string>, patterns: ReadonlySet<string>): void {
  for (const [name, { origin }] of sets) if (!names.has(name) && patterns.has(origin)) sets.delete(name);
}
