import { isPondError, PondError } from '../../../base/error.ts';
import { type InputMatcher, type Match } from '../../model/derivedContent.ts';
import { type Job } from '../../../base/job.ts';
import { documentName, resourceDirectory, titleOf } from '../../model/resourcePath.ts';
import { type Resource } from '../../model/kind.ts';
import { type ExportContext } from '../../model/exportContext.ts';
import { placeInSource, type ScalarNode } from '../../../documents/yamlNode.ts';
import { type SourcePosition } from '../../../base/lineMap.ts';
import { renderTemplate } from '../../../templates/templateEngine.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { collectionsOf, type TemplateCollection } from './collections.ts';
import { templateContext } from './context.ts';
import { outputsOf } from './outputNames.ts';

/** An output of a Template, with its input. */
export interface TemplateOutput {
  readonly resource: Resource;
  readonly collection: TemplateCollection;
  readonly match: Match;
}

/**
 * Returns the outputs of a Template at a path in its resource directory, `COLLECTION/OUTPUT`: one; none if there is no
 * such file; more if inputs share a name by mistake.
 */
export async function findOutputs(
  resource: Resource,
  inputs: InputMatcher,
  relativePath: string,
): Promise<readonly TemplateOutput[]> {
  const slash = relativePath.indexOf('/');
  const collection = collectionsOf(resource).find(({ name }) => name === relativePath.slice(0, slash));
  if (collection === undefined) return [];
  const outputs = outputsOf(resource, collection, await inputs.match(collection.inPattern));
  return (outputs.get(relativePath.slice(slash + 1)) ?? []).map((match) => ({ resource, collection, match }));
}

/**
 * Returns the text of an output. `files` is the output of earlier export stages; undefined outside of exports. Fails
 * `template-failed` at the position in the document, or like the input.
 */
export async function renderMatch(
  { resource, collection, match }: TemplateOutput,
  files: ExportContext | undefined,
  workshop: Materializer,
  job: Job,
): Promise<string> {
  const context = await templateContext(match, files, workshop, job);
  const name = `${titleOf(resource)}: the template of ${collection.name} for ${match.path}`;
  try {
    const template = String(collection.template?.value ?? '');
    return await renderTemplate(template, context, { name, ...(job.signal && { signal: job.signal }) });
  } catch (error) {
    if (!isPondError(error, 'template-failed')) throw error;
    throw new PondError('template-failed', error.message, {
      path: `${resourceDirectory(resource)}/${documentName}`,
      ...placeIn(collection.template, error.position),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/** The position in the document of a position in the template; the start of the template if that is unknown. */
function placeIn(
  template: ScalarNode | undefined,
  position: SourcePosition | undefined,
): { readonly position?: SourcePosition } {
  if (template === undefined) return {};
  return { position: placeInSource(template, position ?? { line: 0, character: 0 }) ?? template.range.start };
}
