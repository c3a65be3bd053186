import { type ResourceKind } from '../resources/model/kind.ts';
import { type Problem } from '../documents/problem.ts';
import { type PreparedDocument } from './prepare.ts';

/** A text that holds documents, and what people know it by. */
export interface DocumentSource {
  readonly text: string;
  readonly origin: string;
}

/** A problem of a document, with what its places are in. */
export interface SourceProblem {
  readonly origin: string;
  readonly problem: Problem;
}

/** What became of a document. */
export interface Applied {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly id: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
}

/** A document that is about to be stored. */
export interface Planned extends Applied {
  readonly document: PreparedDocument;
  readonly origin: string;
}
