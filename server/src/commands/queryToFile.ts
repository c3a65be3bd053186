import { type Command } from './verb.ts';
import { namedFile } from '../storage/namedFile.ts';
import { requireOutside } from './hostPaths.ts';

/**
 * Runs a query and writes its whole result to a host file, links followed: a regular file is replaced; a named pipe or
 * a device is written to. Fails `invalid-path` in the pond's own folder, and for an open file of the caller's process.
 */
export const queryToFile: Command<'queryToFile'> = async (pond, params, context) => {
  const { pond: directory, format, file, ...request } = params;
  // A dangling link may lead into the pond.
  requireOutside(directory, namedFile(file).path);
  const engine = await context.queries();
  return await engine.toFile(pond, request, { format, file }, context.signal);
};
