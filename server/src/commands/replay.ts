/**
 * Replay of a command whose first attempt may have been carried out by a process that died before it answered. When the
 * replay fails only because of that, the state left by the first attempt is the answer.
 */
import { PondError } from '../base/error.ts';
import { type ErrorCode } from '../base/errorCode.ts';
import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { basename, joinPath } from '../tinyfs/path.ts';

/** Runs another command on the same pond. */
export type Ask = <N extends CommandName>(name: N, params: Params<N>) => Promise<Result<N>>;

interface Idempotency<N extends CommandName> {
  /** The failure that indicates that the command was already done. */
  readonly code: ErrorCode;
  /** The result of the first attempt; undefined when the present state is not its work. */
  readonly settle: (params: Params<N>, ask: Ask) => Promise<Result<N> | undefined>;
}

const idempotency: { readonly [N in CommandName]?: Idempotency<N> } = {
  commit: {
    code: 'nothing-staged',
    settle: async ({ pond, message }, ask) => {
      const [newest] = await ask('log', { pond, limit: 1 });
      return newest?.message === message ? newest : undefined;
    },
  },
  rename: {
    code: 'not-found',
    settle: async ({ pond, from, to, into }, ask) =>
      await ask('stat', { pond, path: into === true ? joinPath(to, basename(from)) : to }),
  },
  remove: { code: 'not-found', settle: async ({ paths }) => ({ removed: paths.length }) },
  write: { code: 'already-exists', settle: async ({ pond, path }, ask) => await ask('stat', { pond, path }) },
  makeDirectory: {
    code: 'already-exists',
    settle: async ({ pond, path }, ask) => {
      const info = await ask('stat', { pond, path });
      return info.type === 'directory' ? info : undefined;
    },
  },
  link: {
    code: 'already-exists',
    settle: async ({ pond, path, target }, ask) => {
      const info = await ask('stat', { pond, path });
      return info.target === target ? info : undefined;
    },
  },
  discard: { code: 'nothing-staged', settle: () => Promise.resolve({ discarded: 0 }) },
  keepStaged: { code: 'nothing-staged', settle: () => Promise.resolve(null) },
  deleteResources: { code: 'resource-not-found', settle: ({ names }) => Promise.resolve({ removed: names }) },
  copy: { code: 'already-exists', settle: async ({ pond, to }, ask) => await ask('stat', { pond, path: to }) },
};

/** The result of a command whose replay failed because it was already done; undefined when the failure is real. */
export async function resultOfReplay<N extends CommandName>(
  name: N,
  params: Params<N>,
  error: unknown,
  ask: Ask,
): Promise<{ readonly result: Result<N> } | undefined> {
  const settler = idempotency[name];
  if (settler === undefined || !(error instanceof PondError) || error.code !== settler.code) return undefined;
  try {
    const result = await settler.settle(params, ask);
    return result === undefined ? undefined : { result };
  } catch {
    return undefined;
  }
}
