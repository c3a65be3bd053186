import { type FileSystem } from '../../tinyfs/fs.ts';
import { type InputMatcher } from '../../resources/model/derivedContent.ts';
import { type Job } from '../../base/job.ts';
import { readResource } from '../../resources/readResource.ts';
import { findOutputs, renderMatch } from '../../resources/kinds/template/render.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type ExportContext } from '../../resources/model/exportContext.ts';

/** Context for rendering an output of a Template. */
export interface Rendering {
  /** The tree, and a matcher of the inputs of its resources. */
  readonly fs: FileSystem;
  readonly inputs: InputMatcher;
  readonly files: ExportContext;
  readonly workshop: Materializer;
  readonly job: Job;
}

/**
 * The text of a Template's output at a pond path (`/Template/<uuid>/…`), rendered with the exported files; undefined
 * unless a Template has exactly one output there. Fails as renderMatch.
 */
export async function textWithFiles(path: string, rendering: Rendering): Promise<string | undefined> {
  const [, kind = '', id = '', ...below] = path.split('/');
  if (kind !== 'Template') return undefined;
  const { fs, inputs, files, workshop, job } = rendering;
  const resource = (await readResource(fs, kind, id))?.resource;
  const outputs = resource === undefined ? [] : await findOutputs(resource, inputs, below.join('/'));
  const [output, other] = outputs;
  return output === undefined || other !== undefined ? undefined : await renderMatch(output, files, workshop, job);
}
