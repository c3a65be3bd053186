/** Paths of a command line, of which each may be a pattern. */
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { type NodeInfo } from '../../server/src/protocol/info.ts';
import { warnOfUnlisted } from './listing.ts';
import { atOf, isPattern, pondPath } from './runner.ts';
import { type Session } from './verb.ts';

/** Returns the paths, with the files that the patterns match. Fails `not-found` for a pattern without any. */
export async function filesNamed(session: Session): Promise<readonly string[]> {
  const isFile = ({ type, targetType }: NodeInfo): boolean => (targetType ?? type) !== 'directory';
  return await named(session, { isMeant: isFile, what: 'file' });
}

/**
 * Returns the paths, with what the patterns match, each once. What is below another match is left out. Fails `not-found`
 * for a pattern that matches nothing.
 */
export async function entriesNamed(session: Session): Promise<readonly string[]> {
  const paths = new Set(await named(session, { isMeant: () => true, what: 'entry' }));
  return [...paths].filter((path) => !parentsOf(path).some((parent) => paths.has(parent)));
}

interface Meant {
  readonly isMeant: (node: NodeInfo) => boolean;
  readonly what: 'file' | 'entry';
}

async function named(session: Session, { isMeant, what }: Meant): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const text of session.line.positionals) {
    const path = pondPath(text);
    if (!isPattern(text) || (await exists(session, path))) {
      paths.push(path);
      continue;
    }
    const nodes = await session.call('list', { path, ...atOf(session.line) });
    warnOfUnlisted(session.terminal, nodes);
    const found = nodes.filter((node) => node.unlisted === undefined && isMeant(node));
    if (found.length === 0) throw new PondError('not-found', `no ${what} matches ${path}`, { path });
    paths.push(...found.map((node) => node.path));
  }
  return paths;
}

/** True for an entry of exactly that name, which its name as a pattern may not match. */
async function exists({ call, line }: Session, path: string): Promise<boolean> {
  try {
    await call('stat', { path, ...atOf(line) });
    return true;
  } catch (error) {
    if (isPondError(error, 'not-found')) return false;
    throw error;
  }
}

/** The directories above a path, without the root. */
function parentsOf(path: string): readonly string[] {
  const steps = path.split('/').slice(1, -1);
  return steps.map((_, index) => `/${steps.slice(0, index + 1).join('/')}`);
}
