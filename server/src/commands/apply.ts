import { isPondError } from '../base/error.ts';
import { applyDocuments } from '../apply/apply.ts';
import { belowHostFolder } from '../apply/hostFolder.ts';
import { type Applied } from '../apply/planned.ts';
import { type ProblemInfo } from '../protocol/resources.ts';
import { type Grants, type HostAccess } from '../resources/model/grants.ts';
import { hostAccessOf } from '../resources/model/hostAccess.ts';
import { documentPath, resourceDirectory } from '../resources/model/resourcePath.ts';
import { resourceKinds } from '../resources/registry.ts';
import { type Command } from './verb.ts';
import { problemInfo } from './resourceInfo.ts';

/**
 * Stages documents as resources, all or none, and allows their accesses to the host: the person named the documents.
 * Returns the problems of the documents with the result.
 */
export const apply: Command<'apply'> = async (pond, { sources, variables = {}, directory }, context) => {
  const { applied, problems } = await applyDocuments(
    pond.fs,
    sources.map((source) => ({ ...source, readHostFile: belowHostFolder(source.directory ?? directory) })),
    { kinds: resourceKinds, variables },
    context,
  );
  const infos = problems.map(({ origin, problem }) => problemInfo(problem, origin));
  const allowed = applied.map((one) => allow(one, hostAccessOf(pond.id, one.resource), context.effects.grants));
  return {
    applied: applied.map(({ kind: { kind }, name, id, outcome, hostFiles }, index) => ({
      kind,
      name,
      id,
      directory: resourceDirectory({ kind, id }),
      outcome,
      hostFiles,
      allows: allowed[index]?.allows ?? [],
    })),
    problems: [...infos, ...allowed.flatMap((one) => one.problems)],
  };
};

interface Allowed {
  readonly allows: readonly string[];
  readonly problems: readonly ProblemInfo[];
}

/** Allows the accesses of a document that is staged already; a failure is a warning, and a run asks again. */
function allow(applied: Applied, accesses: readonly HostAccess[], grants: Grants): Allowed {
  try {
    for (const access of accesses) grants.add(access);
    return { allows: accesses.map(({ access }) => access), problems: [] };
  } catch (error) {
    if (!isPondError(error)) throw error;
    const message = `what it does on this computer could not be allowed: ${error.message}`;
    const hint = 'Name a folder of yours in POND_DATA_DIR, and apply again.';
    const position = { line: 0, character: 0 };
    const origin = documentPath(applied);
    return { allows: [], problems: [{ code: error.code, severity: 'warning', message, hint, origin, ...position }] };
  }
}
