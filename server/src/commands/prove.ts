import { PondError } from '../base/error.ts';
import { splitVersion } from '../sql/names.ts';
import { realPath } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';

/**
 * Proof of a stored node, which can be verified without the pond. A path that exists as it is written takes precedence over
 * one with a version after it. Fails `not-found`, `version-not-found`, and as Pond.prove.
 */
export const prove: Command<'prove'> = async (pond, { path, to = 'HEAD', followLinks = true }) => {
  const found = await realPath(await pond.at('HEAD'), path);
  const split = found.last.node === undefined ? splitVersion(path) : undefined;
  const [asked, at, real] =
    split === undefined
      ? [path, 'HEAD', found]
      : [split.path, split.version, await realPath(await pond.at(split.version), split.path)];
  if (real.node === undefined && (followLinks || real.last.node === undefined)) {
    const hint = 'Only what is committed can be proven.';
    throw real.problem ?? new PondError('not-found', `nothing is at ${asked} in version ${at}`, { path: asked, hint });
  }
  return { text: await pond.prove(followLinks ? real.path : real.last.path, at, to) };
};
