/**
 * Reads the journal back, and distinguishes what a crash left from damage.
 *
 * The first frame is the header: the batch id, which becomes the id of the commit that takes the changes, and the
 * latest commit when the batch began. Every frame names its batch and its run. The frames of a run are flushed
 * together, and the last one closes it.
 *
 * An incomplete run was never acknowledged, and is cut if a crash can have left it so: the file ends inside it, or a
 * part of it reads as NULs because it never reached the disk. Everything else is damage, and an error: a complete frame
 * that does not match its checksum, bytes that are not a frame, and anything bad with a later run after it. Cutting
 * there would lose acknowledged changes.
 */
import { PondError } from '../base/error.ts';
import { type CommitNumber, isCommitNumber } from '../delta/commitNumber.ts';
import { type Disk } from '../storage/disk.ts';
import { decodeChanges, type StagedBatch } from './changeFrames.ts';
import { type FrameRef, FrameReader, type JournalFrame } from './journalFrames.ts';
import { journalPath } from './workPaths.ts';

export interface JournalHeader extends FrameRef {
  readonly format: 1;
  /** Latest commit when the batch began. */
  readonly base: CommitNumber;
}

export interface JournalContents {
  /** Undefined for an empty journal. */
  readonly header: JournalHeader | undefined;
  /**
   * An acknowledged commit: no commit up to it has taken the frames. Undefined without a header: then the acknowledged
   * commits are unknown.
   */
  readonly mark: CommitNumber | undefined;
  /** Changes of the complete frames, in order. */
  readonly batches: readonly StagedBatch[];
  /** True when frames in the file are not among `batches`, since a commit has taken them. */
  readonly hasCommittedPart: boolean;
  /** Number of the last complete run; 0 without any. */
  readonly lastRun: number;
  /** Bytes that hold the header and complete frames. */
  readonly goodBytes: number;
  /** Bytes after them: an unfinished run. */
  readonly cutBytes: number;
}

/** An empty journal. */
export const emptyJournal: JournalContents = {
  header: undefined,
  mark: undefined,
  batches: [],
  hasCommittedPart: false,
  lastRun: 0,
  goodBytes: 0,
  cutBytes: 0,
};

/**
 * Reads the journal, at most `sizeBytesMax` of it. A missing or empty one yields no header and no frames. Fails
 * `journal-damaged`, and `pond-too-new` for an unknown format.
 */
export function readJournal(disk: Disk, sizeBytesMax?: number): JournalContents {
  const reader = new FrameReader(disk, journalPath, sizeBytesMax);
  if (reader.sizeBytes === 0) return emptyJournal;
  const first = reader.frameAt(0);
  if (first === undefined) {
    refuseDamage(reader, { badAt: 0, goodBytes: 0 }, { isOwn: () => true, lastRun: 1 });
    return { ...emptyJournal, cutBytes: reader.sizeBytes };
  }
  const header = headerOf(first);
  const batches: StagedBatch[] = [];
  let open: StagedBatch[] = [];
  let line = 1;
  let mark = header.base;
  let [offset, goodBytes, run] = [first.end, first.end, 1];
  for (let frame = reader.frameAt(offset); frame?.json.batch === header.batch; frame = reader.frameAt(offset)) {
    const batch = decodeChanges(frame.json, { file: journalPath, line: ++line });
    if (batch.changes.length > 0) open.push(batch);
    offset = frame.end;
    if (frame.json.more) continue;
    for (const complete of open) batches.push(complete);
    open = [];
    mark = markOf(frame, offset) ?? mark;
    [goodBytes, run] = [offset, frame.json.run + 1];
  }
  if (offset < reader.sizeBytes) {
    const isOwn = ({ batch }: FrameRef): boolean => batch === header.batch;
    refuseDamage(reader, { badAt: offset, goodBytes }, { isOwn, lastRun: run });
  }
  const sizes = { goodBytes, cutBytes: reader.sizeBytes - goodBytes };
  return { header, mark, batches, hasCommittedPart: false, lastRun: run - 1, ...sizes };
}

/** Returns the journal without the changes that a commit of one of the ids has taken as its part. */
export function withoutParts(contents: JournalContents, committed: ReadonlySet<string>): JournalContents {
  const batches = contents.batches.filter(({ part }) => part === undefined || !committed.has(part));
  return batches.length === contents.batches.length ? contents : { ...contents, batches, hasCommittedPart: true };
}

interface Bad {
  /** Offset without a good frame. */
  readonly badAt: number;
  /** Acknowledged bytes before it. */
  readonly goodBytes: number;
}

interface Expected {
  readonly isOwn: (ref: FrameRef) => boolean;
  /** The run that may be unfinished. */
  readonly lastRun: number;
}

/** More than one run of changes makes: a file with as much after a bad place is not read to its end, bytes. */
const unfinishedBytesMax = 16 * 1024 ** 3;

/** Fails `journal-damaged` unless a crash can have left the bytes at `badAt`. */
function refuseDamage(reader: FrameReader, bad: Bad, { isOwn, lastRun }: Expected): void {
  const leftBytes = reader.sizeBytes - bad.badAt;
  if (leftBytes > unfinishedBytesMax) throw damaged(bad, `and has ${leftBytes} bytes from there`);
  const has = (test: (ref: FrameRef) => boolean): boolean => {
    for (const { json } of reader.framesAfter(bad.badAt)) if (isOwn(json) && test(json)) return true;
    return false;
  };
  if (has(({ run }) => run > lastRun)) throw damaged(bad, 'and has changes after it');
  const fragment = reader.frameAt(bad.badAt) === undefined ? reader.fragmentAt(bad.badAt) : 'damaged';
  // No other frame follows in a file that ends inside a frame.
  if (fragment === 'damaged' || (fragment === 'cut' && has(() => true))) {
    throw damaged(bad, 'in the last change that was staged');
  }
}

function headerOf({ json }: JournalFrame): JournalHeader {
  const { format, base, batch, run } = json;
  if (run !== 0 || typeof format !== 'number') throw damaged({ badAt: 0, goodBytes: 0 }, 'where its header should be');
  if (format !== 1) throw new PondError('pond-too-new', `the journal has format ${format}; this program knows 1`);
  if (!isCommitNumber(base)) throw damaged({ badAt: 0, goodBytes: 0 }, 'in its header');
  return { format, base, batch, run };
}

/** The commit that a frame records as made independently of the staged changes; undefined when it records none. */
function markOf({ json: { mark } }: JournalFrame, end: number): CommitNumber | undefined {
  if (mark === undefined || isCommitNumber(mark)) return mark;
  throw damaged({ badAt: end, goodBytes: 0 }, 'in the number of a commit before it');
}

function damaged({ badAt, goodBytes }: Bad, where: string): PondError {
  const cut = goodBytes === 0 ? '' : `, cut it to its first ${goodBytes} bytes to keep what was staged before that`;
  return new PondError('journal-damaged', `the journal is damaged at byte ${badAt} ${where}`, {
    path: journalPath,
    hint: `Restore ${journalPath} from a copy${cut}, or move it away to continue without what is staged.`,
  });
}
