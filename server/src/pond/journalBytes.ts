/** A whole journal of one group, written at once. */
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

/** Returns the bytes of a journal with a header and the frames that `fill` adds. */
export function journalBytes(header: JournalHeader, fill: FillJournal): Uint8Array {
  const place: FrameRef = { batch: header.batch, run: 1 };
  const parts = [encodeFrame(header, nothing)];
  let sizeBytes = parts[0]!.length;
  const append = (json: object, content: Uint8Array): number => {
    const part = encodeFrame({ ...json, ...place, more: true }, content);
    parts.push(part);
    sizeBytes += part.length;
    return sizeBytes - content.length;
  };
  fill({ append });
  return Buffer.concat([...parts, encodeFrame(place, nothing)]);
}
