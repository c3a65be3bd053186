/** The verb that makes and verifies proofs. */
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { printableLines } from '../../server/src/base/printable.ts';
import { hostFileHash, hostFolder } from '../../server/src/terminal.ts';
import { type ProvenCommitInfo, type ProvenInfo } from '../../server/src/protocol/commands.ts';
import { table, firstLine } from './format.ts';
import { argument, hostPath, pondPath, show } from './runner.ts';
import { type Session, type TerminalVerb } from './verb.ts';

/** Maximum size of a proof: that of a path through wide directories and 50,000 commits. */
const proofBytesMax = 64 * 1024 * 1024;

/** The verb that prints the proof of a path, or verifies one. */
export const prove = {
  usage: '[--to V] [--no-follow] PATH[@V] | --check FILE [--root HASH] [HOSTFILE]',
  summary: 'print a proof that PATH was in the pond, or verify one without the pond',
  details: [
    'The proof is one line of JSON, with the commits from V to --to, both HEAD by default.',
    '--check verifies FILE; --root is a hash that you know, of a commit or a tree; HOSTFILE is to have the content.',
    '--no-follow proves a link at the end of PATH itself.',
  ],
  options: {
    to: { type: 'string' },
    'no-follow': { type: 'boolean' },
    check: { type: 'string' },
    root: { type: 'string' },
  },
  positionals: [0, 1],
  run,
} as const satisfies TerminalVerb;

async function run(session: Session): Promise<void> {
  const { texts, flags } = session.line;
  const file = texts['check'];
  if (file !== undefined) return await check(session, file);
  if (texts['root'] !== undefined) throw misplaced('--root', 'is for --check FILE');
  const { text } = await session.call('prove', {
    path: pondPath(argument(session.line, 0)),
    followLinks: !flags.has('no-follow'),
    ...(texts['to'] === undefined ? {} : { to: texts['to'] }),
  });
  await session.terminal.print(`${text}\n`);
}

async function check(session: Session, file: string): Promise<void> {
  const { texts, flags, positionals } = session.line;
  if (texts['to'] !== undefined) throw misplaced('--to', 'is for making a proof');
  if (flags.has('no-follow')) throw misplaced('--no-follow', 'is for making a proof');
  const root = texts['root'];
  const [content] = positionals;
  const proven = await session.checkProof({
    text: textOf(hostFolder(process.cwd())(hostPath(file), proofBytesMax).content),
    ...(root === undefined ? {} : { root }),
    ...(content === undefined ? {} : { content: await hostFileHash(hostPath(content)) }),
  });
  await show(session, proven, `${table(rowsOf(proven))}\n${printableLines(verdict(proven, root, content))}`);
}

/** Every byte counts: none may be read as another character. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new PondError('proof-invalid', 'the proof is not UTF-8', { cause });
  }
}

function rowsOf({ path, type, hash, versions, rootHash, commit, latest }: ProvenInfo): string[][] {
  const value = versions === null ? type : `${type} of ${plural(versions, 'version')}`;
  return [
    ['path', path],
    ['type', value],
    ['hash', hash],
    ['tree', rootHash],
    ...(commit === null ? [] : commitRows('commit', commit)),
    ...(latest === null || latest.number === commit?.number ? [] : commitRows('latest', latest)),
  ];
}

const commitRows = (title: string, { number, hash, time, author, message }: ProvenCommitInfo): string[][] => [
  [title, `${number}  ${hash}`],
  ['', `${time}  ${author}  ${firstLine(message)}`],
];

/** Says what holds, and which hash it depends on. */
function verdict(
  { version, commit, latest }: ProvenInfo,
  root: string | undefined,
  content: string | undefined,
): string {
  const which = version === null ? '' : ` as version ${version} of the series`;
  const held =
    content === undefined ? 'The proof holds' : `The proof holds, and the content is that of ${content}${which}`;
  if (root !== undefined) return `${held}, for the hash ${root}.`;
  const known = latest ?? commit;
  const ask = known === null ? 'the hash of the tree' : `the hash of commit ${known.number}`;
  return `${held}. Compare ${ask} with one that you know, or name that one with --root.`;
}

function misplaced(option: string, what: string): PondError {
  return new PondError('usage', `${option} ${what}`, { hint: "See 'pond help prove'." });
}
