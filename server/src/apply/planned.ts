import { type Resource, type ResourceKind } from '../resources/model/kind.ts';
import { type Problem } from '../documents/problem.ts';
import { type ReadHostFile } from './hostFolder.ts';
import { type PreparedDocument } from './prepare.ts';

/** A text that holds documents, and its origin as shown to the user. */
export interface DocumentSource {
  readonly text: string;
  readonly origin: string;
  /** Reads the host files that its documents name. */
  readonly readHostFile: ReadHostFile;
}

/** A problem of a document, with the source that its positions refer to. */
export interface SourceProblem {
  readonly origin: string;
  readonly problem: Problem;
}

/** Effect of applying a document. */
export interface ApplyOutcome {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly id: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  /** Absolute paths of the host files whose texts are part of the document. */
  readonly hostFiles: readonly string[];
}

/** A document that was applied. */
export interface Applied extends ApplyOutcome {
  /** The resource that it declares. */
  readonly resource: Resource;
}

/** A document to be stored. */
export interface Planned extends ApplyOutcome {
  readonly document: PreparedDocument;
  readonly origin: string;
}
