import { isPondError } from '../../../base/error.ts';
import { type Job } from '../../../base/job.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { renderTemplate } from '../../../templates/templateEngine.ts';
import { type Match } from '../../model/derivedContent.ts';
import { documentError } from '../../model/documentError.ts';
import { type ExportContext } from '../../model/exportContext.ts';
import { type TextRendering } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type CollectionRef, collectionsOf, pathOf, templateOf } from './collection.ts';
import { templateContext } from './context.ts';
import { outputsOf } from './outputNames.ts';
import { type TemplateSpec } from './spec.ts';

/** An output of a Template, with its input. */
interface TemplateOutput extends CollectionRef {
  readonly match: Match;
}

/**
 * Renders the output at a path in the directory of a Template, `COLLECTION/OUTPUT`, with the exported files. Undefined
 * if there is no such file, or if inputs share its name by mistake. Fails as renderMatch.
 */
export async function renderTextAt(rendering: TextRendering<TemplateSpec>): Promise<string | undefined> {
  const { resource, path, inputs, files, materializer, job } = rendering;
  const slash = path.indexOf('/');
  const at = collectionsOf(resource).find(({ collection }) => collection.name === path.slice(0, slash));
  if (at === undefined) return undefined;
  const outputs = outputsOf(at, await inputs.match(at.collection.in_pattern));
  const [match, other] = outputs.get(path.slice(slash + 1)) ?? [];
  return match === undefined || other !== undefined
    ? undefined
    : await renderMatch({ ...at, match }, files, materializer, job);
}

/**
 * Returns the text of an output. `files` is the output of earlier export stages; undefined outside of exports. Fails
 * `template-failed` at the position in the document, or like the input.
 */
export async function renderMatch(
  output: TemplateOutput,
  files: ExportContext | undefined,
  materializer: Materializer,
  job: Job,
): Promise<string> {
  const { resource, collection, match } = output;
  const context = await templateContext(match, files, materializer, job);
  const name = `${titleOf(resource)}: the template of ${collection.name} for ${match.path}`;
  try {
    return await renderTemplate(templateOf(output), context, { name, ...(job.signal && { signal: job.signal }) });
  } catch (error) {
    if (!isPondError(error, 'template-failed')) throw error;
    const { message, hint, position = { line: 0, character: 0 } } = error;
    throw documentError(resource, 'template-failed', message, {
      at: pathOf(output, 'template'),
      position,
      ...(hint !== undefined && { hint }),
    });
  }
}
