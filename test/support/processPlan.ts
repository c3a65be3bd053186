/** Random plans of what several processes do to one pond at the same time. */

/** Files that operations write, each at the root of the pond; their values are short texts, see contentOf. */
const files = ['/a', '/b', '/c'] as const;
/** Two files of which only the second is moved to the first. */
export const [moved, source] = ['/to', '/from'] as const;

/** An operation on the files of the pond, of which the model knows what it does. */
export type FileOperation =
  | { readonly do: 'write'; readonly path: string; readonly value: string }
  /** Imports two files: both or none. */
  | { readonly do: 'import'; readonly paths: readonly string[]; readonly value: string }
  | { readonly do: 'remove' | 'read'; readonly path: string }
  | { readonly do: 'move' }
  | { readonly do: 'commit'; readonly message: string; readonly path?: string }
  | { readonly do: 'discard'; readonly path?: string }
  /** Restores a file as it is in a commit: `value` is what that has. */
  | { readonly do: 'restore'; readonly path: string; readonly at: number; readonly value: string };

/** An operation that concerns more than the files: it must succeed, or name what keeps it from that. */
type PondOperation = { readonly do: 'run' | 'backup' | 'verify' | 'prune' | 'clone' | 'check'; readonly value: string };

export type Operation = FileOperation | PondOperation;

/** What one person does, one operation after the other: in a terminal, or in an editor. */
export interface Lane {
  readonly kind: 'terminal' | 'editor';
  readonly operations: readonly Operation[];
  /** The operation whose process is killed, and the call to the disk before which this happens; for a terminal. */
  readonly kill: { readonly operation: number; readonly atCall: number } | undefined;
}

/** What is done at the same time. */
export interface Plan {
  readonly lanes: readonly Lane[];
  /** The call to the disk before which the editor's server is killed. */
  readonly serverKillAt: number | undefined;
}

/** A file in a commit. */
export interface FileVersion {
  readonly path: string;
  readonly at: number;
  readonly value: string;
}

type Random = (count: number) => number;

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]!;

/** Returns the plan of a round on a pond with some versions of files; its values and messages are unique in all rounds. */
export function planOf(random: Random, round: number, versions: readonly FileVersion[]): Plan {
  const lanes = ['editor', 'editor', 'terminal', 'terminal', 'terminal'] as const;
  const hasServer = random(4) > 0;
  return {
    lanes: lanes.slice(hasServer ? 0 : 2).map((kind, lane) => {
      const count = kind === 'editor' ? 6 : 1;
      const name = (at: number): string => `${round}.${lane}.${at}`;
      const operations = Array.from({ length: count }, (_, at) => operationOf({ random, kind, versions }, name(at)));
      const isKilled = kind === 'terminal' && random(3) === 0;
      return { kind, operations, kill: isKilled ? { operation: random(count), atCall: 1 + random(45) } : undefined };
    }),
    serverKillAt: random(2) === 0 ? 1 + random(150) : undefined,
  };
}

interface Choices extends Pick<Lane, 'kind'> {
  readonly random: Random;
  readonly versions: readonly FileVersion[];
}

function operationOf({ random, kind, versions }: Choices, value: string): Operation {
  const path = pick(random, files);
  const whole = random(2) === 0;
  switch (random(kind === 'editor' ? 11 : 16)) {
    case 0:
    case 1:
      return { do: 'write', path, value };
    case 2:
      return { do: 'write', path: source, value };
    case 3:
      return { do: 'import', paths: files.filter((other) => other !== path), value };
    case 4:
      return { do: 'remove', path };
    case 5:
      return { do: 'move' };
    case 6:
    case 7:
      return { do: 'commit', message: value };
    case 8:
      return { do: 'commit', message: value, path };
    case 9:
      return { do: 'discard', ...(!whole && { path }) };
    case 10:
      return versions.length === 0 ? { do: 'write', path, value } : { do: 'restore', ...pick(random, versions) };
    case 11:
      return { do: 'read', path };
    default:
      return { do: pick(random, ['run', 'run', 'backup', 'backup', 'verify', 'prune', 'clone', 'check']), value };
  }
}

/** Content of a value: that of every third is so long that it is stored as a blob. */
export function contentOf(value: string): string {
  const last = value.charCodeAt(value.length - 1);
  return `${value} `.repeat(last % 3 === 0 ? 20_000 : 1);
}

/** The value of a content; undefined for one that is not whole. */
export function valueOf(content: string): string | undefined {
  const value = content.slice(0, Math.max(0, content.indexOf(' ')));
  return content === contentOf(value) ? value : undefined;
}
