import { applyDocuments } from '../apply/apply.ts';
import { belowHostFolder } from '../apply/hostFolder.ts';
import { resourceKinds } from '../resources/registry.ts';
import { type Command } from './verb.ts';
import { problemInfo } from './resourceInfo.ts';

/** Stages documents as resources, all or none. Returns the problems of the documents with the result. */
export const apply: Command<'apply'> = async (pond, { sources, variables = {}, directory }) => {
  const { applied, problems } = await applyDocuments(
    pond.fs,
    sources.map((source) => ({ ...source, readHostFile: belowHostFolder(source.directory ?? directory) })),
    { kinds: resourceKinds, variables },
  );
  return {
    applied: applied.map(({ kind: { kind }, name, id, outcome, hostFiles }) => ({
      kind,
      name,
      id,
      home: `/${kind}/${id}`,
      outcome,
      hostFiles,
    })),
    problems: problems.map(({ origin, problem }) => problemInfo(problem, origin)),
  };
};
