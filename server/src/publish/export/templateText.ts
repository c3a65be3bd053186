import { type FileSystem } from '../../tinyfs/fs.ts';
import { type InputMatcher } from '../../resources/model/derivedContent.ts';
import { type Job } from '../../base/job.ts';
import { readResource } from '../../resources/readResource.ts';
import { findOutputs, renderMatch } from '../../resources/kinds/template/render.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type ExportContext } from '../../resources/model/exportContext.ts';

/** What an output of a Template is rendered with. */
export interface Rendering {
  /** The tree, and what resources read in it. */
  readonly fs: FileSystem;
  readonly inputs: InputMatcher;
  readonly files: ExportContext;
  readonly workshop: Materializer;
  readonly job: Job;
}

/**
 * The text of a Template's output at a pond path (`/Template/<uuid>/…`), which knows of the exported files; undefined
 * when no Template gives one file there. Fails as renderMatch.
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
