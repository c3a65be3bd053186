/** The verb that copies a pond from a store. */
import { pathToFileURL } from 'node:url';
import { type CloneInfo } from '../../server/src/protocol/commands.ts';
import { printable } from '../../server/src/base/printable.ts';
import { at } from './options.ts';
import { humanSize, minute, plural } from './format.ts';
import { argument, atOf, hostPath, show } from './runner.ts';
import { type Session, type TerminalVerb } from './verb.ts';

/** The verb that copies a pond from a store into a folder, or goes on with a copy that stopped. */
export const clone = {
  usage: '[--at V] [--thin] URL DIR',
  summary: 'copy a pond from a backup, or from another folder, into DIR',
  details: [
    'URL is s3://BUCKET/PREFIX?endpoint=https://HOST, file:///FOLDER, or the path of a folder.',
    'Every file is verified. A copy that stopped goes on with the same command; later it fetches what is new.',
    '--at V copies the history up to a version, to look at: the copy is read-only.',
    '--thin leaves contents over 64 KiB at the store.',
    'Keys of S3 come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the machine.',
  ],
  options: { at, thin: { type: 'boolean' } },
  positionals: [2, 2],
  run,
} as const satisfies TerminalVerb;

async function run(session: Session): Promise<void> {
  const { line } = session;
  const result = await session.clone({
    url: storeUrl(argument(line, 0)),
    directory: hostPath(argument(line, 1)),
    ...atOf(line),
    thin: line.flags.has('thin'),
  });
  await show(session, result, linesOf(result).map(printable).join('\n'));
}

/** Returns the URL of a store, which may be the path of a folder. A drive of Windows is one letter, a scheme never. */
function storeUrl(text: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? text : pathToFileURL(hostPath(text)).href;
}

function linesOf({ pond, url, head, commits, fetchedFiles, fetchedBytes, ...rest }: CloneInfo): readonly string[] {
  const { absent, unverifiedCommits, leftOut } = rest;
  const fetched = `fetched ${plural(fetchedFiles, 'file')}, ${humanSize(fetchedBytes)}`;
  return [
    `copied ${url} to ${pond}: ${plural(commits, 'commit')}, ${fetched}`,
    `the latest is commit ${head.number} of ${minute(head.time)}`,
    `the hash of its tree, computed again, is ${head.rootHash}, as at the store`,
    ...(absent.files === 0
      ? []
      : [`${plural(absent.files, 'content')}, ${humanSize(absent.bytes)}, stay at the store`]),
    ...(unverifiedCommits === 0
      ? []
      : [`${plural(unverifiedCommits, 'commit')} from before commits had hashes: not verified`]),
    ...(leftOut === 0 ? [] : [`${plural(leftOut, 'file')} of other engines left out`]),
  ];
}
