/** The verb that checks a pond, and repairs it. */
import { isUrl } from '../../server/src/base/url.ts';
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type AbsentInfo, type RestoredInfo } from '../../server/src/protocol/commands.ts';
import { humanSize, table } from './format.ts';
import { atOf, hostPath, show } from './runner.ts';
import { atHelp } from './options.ts';
import { type Session, type TerminalVerb } from './verb.ts';

/** The verb that prints the damage of a pond, or restores what is damaged. Fails `pond-damaged` when damage is left. */
export const check = {
  usage: '[--quick | --at V | --repair [--from COPY]...]',
  summary: 'check the whole history: every hash, file and content',
  details: [
    'Also prints a hash of the data of each resource.',
    '--quick reads the log alone.',
    atHelp,
    '--repair restores damaged files, from the copies of the pond at --from, and keeps the damaged ones.',
    "COPY is a folder, a URL as in 'pond clone', or the name of a Backup.",
  ],
  options: {
    at: { type: 'string' },
    quick: { type: 'boolean' },
    repair: { type: 'boolean' },
    from: { type: 'string', multiple: true },
  },
  positionals: [0, 0],
  run,
} as const satisfies TerminalVerb;

async function run(session: Session): Promise<void> {
  const { line } = session;
  const from = line.lists['from'] ?? [];
  if (line.flags.has('repair')) return await repair(session, from.map(copyOf));
  if (from.length > 0) throw new PondError('usage', '--from is for --repair', { hint: "See 'pond help check'." });
  const result = await session.call('check', { ...atOf(line), quick: line.flags.has('quick') });
  await show(session, result, [verdict(result.problems), ...absentLines(result.absent)].join('\n'));
  if (!line.json) await session.terminal.print(table(result.trees.map(({ resource, hash }) => [resource, hash])));
  refuse(result.problems);
}

/** Returns the copy that an argument names: a URL, a folder, or a Backup of that name. */
function copyOf(text: string): string | { readonly path: string; readonly name: string } {
  return isUrl(text) ? text : { path: hostPath(text), name: text };
}

async function repair(session: Session, from: readonly ReturnType<typeof copyOf>[]): Promise<void> {
  const { flags, texts } = session.line;
  if (flags.has('quick') || texts['at'] !== undefined) {
    const message = '--repair checks the whole history: it takes neither --quick nor --at';
    throw new PondError('usage', message, { hint: "See 'pond help check'." });
  }
  const result = await session.call('repair', { copies: from });
  const lines = [...result.restored.map(restoredLine), ...result.refused.map(printable), verdict(result.problems)];
  await show(session, result, lines.join('\n'));
  refuse(result.problems);
}

function restoredLine({ path, from, quarantined }: RestoredInfo): string {
  const kept = quarantined === null ? '' : `; the damaged one is ${printable(quarantined)}`;
  return `restored ${printable(path)} from ${from === null ? 'the pond itself' : printable(from)}${kept}`;
}

function absentLines(absent: AbsentInfo | undefined): readonly string[] {
  if (absent === undefined) return [];
  const { blobs, bytes } = absent;
  return [`not checked: ${plural(blobs, 'content')} (${humanSize(bytes)}) that only the origin of this pond has`];
}

const verdict = (problems: readonly string[]): string =>
  problems.length === 0 ? 'the pond is sound' : problems.map(printable).join('\n');

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new PondError('pond-damaged', `check found ${plural(problems.length, 'problem')}`, {});
}
