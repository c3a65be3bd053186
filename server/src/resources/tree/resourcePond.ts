import { type Pond, type TreeLayer } from '../../pond/types.ts';
import { type TimeRange } from '../../pond/hostFileTimes.ts';
import { type Node } from '../../tinyfs/backend.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type InputMatcher } from '../model/derivedContent.ts';

/** The layer of a pond that shows the content that its resources derive. */
export interface ResourceLayer extends TreeLayer {
  readonly materializer: Materializer;
  /** Returns the inputs of resources in a tree that the pond handed out. */
  inputs(fs: FileSystem): InputMatcher;
  /** Times of a derived series that is built, which nothing builds for this; undefined for any other node. */
  builtTimes(node: Node): TimeRange | undefined;
  /** Lets a run write into its resource directory in a tree that the pond handed out. */
  allowRun(fs: FileSystem, directory: string): void;
}

/** A pond whose trees include the content that resources derive. */
export type ResourcePond = Pond<ResourceLayer>;
