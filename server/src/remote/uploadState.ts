/** State of an upload in parts. */
import { type PartialUpload, type UploadedPart } from './s3Settings.ts';

/** A part that was read and awaits being sent. */
export interface ReadPart {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Parts of an upload that have arrived. */
export class UploadState {
  readonly #upload: PartialUpload;
  readonly #keep: (state: PartialUpload) => void;
  readonly #parts: Map<number, UploadedPart>;

  constructor(upload: PartialUpload, keep: (state: PartialUpload) => void) {
    this.#upload = upload;
    this.#keep = keep;
    this.#parts = new Map(upload.parts.map((part) => [part.number, part]));
  }

  has({ number, sha256 }: ReadPart): boolean {
    return this.#parts.get(number)?.sha256 === sha256;
  }

  add(part: UploadedPart): void {
    this.#parts.set(part.number, part);
    this.#keep({ ...this.#upload, parts: this.parts() });
  }

  /** In the order of their numbers. */
  parts(): readonly UploadedPart[] {
    return [...this.#parts.values()].sort((a, b) => a.number - b.number);
  }
}
