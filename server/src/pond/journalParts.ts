/** A whole journal of one group, written at once. It may be larger than a buffer can be. */
import { encodeFrame, type FrameRef } from './journalFrames.ts';
import { type JournalHeader } from './journalReader.ts';

/** Accepts the frames of a journal that is written as a whole. */
interface JournalWriter {
  /** Adds a frame and returns the offset that its content will have in the file. */
  append(json: object, content: Uint8Array): number;
}

/** Adds the frames of a journal, in order. */
export type FillJournal = (frames: JournalWriter) => void;

const nothing = new Uint8Array();

/** The parts of a journal, in order. */
interface JournalParts {
  readonly parts: readonly Uint8Array[];
  readonly sizeBytes: number;
}

/** Frames are written together up to this many bytes. */
const partBytesMin = 1024 * 1024;

/** Returns a journal with a header and the frames that `fill` adds. */
export function journalParts(header: JournalHeader, fill: FillJournal): JournalParts {
  const place: FrameRef = { batch: header.batch, run: 1 };
  const parts: Uint8Array[] = [];
  let [frames, frameBytes, sizeBytes] = [[] as Uint8Array[], 0, 0];
  const join = (): void => {
    parts.push(Buffer.concat(frames));
    [frames, frameBytes] = [[], 0];
  };
  const add = (frame: Uint8Array): void => {
    frames.push(frame);
    frameBytes += frame.length;
    sizeBytes += frame.length;
    if (frameBytes >= partBytesMin) join();
  };
  add(encodeFrame(header, nothing));
  const append = (json: object, content: Uint8Array): number => {
    add(encodeFrame({ ...json, ...place, more: true }, content));
    return sizeBytes - content.length;
  };
  fill({ append });
  add(encodeFrame(place, nothing));
  if (frames.length > 0) join();
  return { parts, sizeBytes };
}
