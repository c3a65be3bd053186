import { type Pond, type TreeLayer } from '../../pond/types.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type InputMatcher } from '../model/derivedContent.ts';

/** The layer of a pond that shows the content that its resources derive. */
export interface ResourceLayer extends TreeLayer {
  readonly materializer: Materializer;
  /** Returns the inputs of resources in a tree that the pond handed out. */
  inputs(fs: FileSystem): InputMatcher;
  /** Lets a run write into its resource directory in a tree that the pond handed out. */
  allowRun(fs: FileSystem, directory: string): void;
}

/** A pond whose trees include the content that resources derive. */
export type ResourcePond = Pond<ResourceLayer>;
