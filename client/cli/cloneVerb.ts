/** The verb that copies a pond from a store. */
import { isUrl } from '../../server/src/base/url.ts';
import { pathToFileURL } from 'node:url';
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { type CloneInfo } from '../../server/src/protocol/commands.ts';
import { printable } from '../../server/src/base/printable.ts';
import { at } from './options.ts';
import { humanSize, minute } from './format.ts';
import { warnSkipped } from './hostVerbs.ts';
import { argument, atOf, hostPath, pondPath, show } from './runner.ts';
import { type Session, type TerminalVerb } from './verb.ts';

/** The verb that copies a pond from a store into a folder, or goes on with a copy that stopped. */
export const clone = {
  usage: '[--at V] [--thin | --fork | --only PATH...] URL DIR',
  summary: 'copy a pond from a backup, or from another folder, into DIR',
  details: [
    'URL is s3://BUCKET/PREFIX?endpoint=https://HOST, file:///FOLDER, or the path of a folder.',
    'Every file is verified. A copy that stopped goes on with the same command; later it fetches what is new.',
    '--at V copies the history up to a version, to look at: the copy is read-only.',
    '--thin leaves contents over 64 KiB at the store. --fork makes a pond of its own with the same history.',
    '--only PATH copies files of one version into DIR, without a pond there; it may be repeated, and be a pattern.',
    'Keys of S3 come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the machine.',
  ],
  options: {
    at,
    thin: { type: 'boolean' },
    fork: { type: 'boolean' },
    only: { type: 'string', multiple: true },
  },
  positionals: [2, 2],
  run,
} as const satisfies TerminalVerb;

async function run(session: Session): Promise<void> {
  const { line } = session;
  const { thin, fork, only } = { thin: line.flags.has('thin'), fork: line.flags.has('fork'), only: line.lists['only'] };
  const from = { url: storeUrl(argument(line, 0)), directory: hostPath(argument(line, 1)), ...atOf(line) };
  if (only === undefined) return await printCopy(session, await session.clone({ ...from, thin, fork }));
  if (thin || fork) {
    const message = '--only copies files, without a pond: it takes neither --thin nor --fork';
    throw new PondError('usage', message, { hint: "See 'pond help clone'." });
  }
  const result = await session.cloneFiles({ ...from, only: only.map(pondPath) });
  warnSkipped(session.terminal, result);
  const copied = `copied ${plural(result.files, 'file')}, ${plural(result.directories, 'directory')}`;
  const of = `commit ${result.head.number} of ${minute(result.head.time)}`;
  await show(session, result, `${copied}, ${humanSize(result.bytes)}, of ${of}`);
}

async function printCopy(session: Session, result: CloneInfo): Promise<void> {
  await show(session, result, linesOf(result).map(printable).join('\n'));
}

/** Returns the URL of a store, which may be the path of a folder. */
function storeUrl(text: string): string {
  return isUrl(text) ? text : pathToFileURL(hostPath(text)).href;
}

function linesOf({
  pond,
  id,
  url,
  of,
  head,
  commits,
  fetchedFiles,
  fetchedBytes,
  ...rest
}: CloneInfo): readonly string[] {
  const { absent, unverifiedCommits, skippedFiles } = rest;
  const fetched = `fetched ${plural(fetchedFiles, 'file')}, ${humanSize(fetchedBytes)}`;
  return [
    `copied ${url} to ${pond}: ${plural(commits, 'commit')}, ${fetched}`,
    ...(id === of ? [] : [`it is a pond of its own, ${id}, a fork of ${of}`]),
    `the latest is commit ${head.number} of ${minute(head.time)}`,
    `the hash of its tree, computed again, is ${head.rootHash}, as at the store`,
    ...(absent.files === 0
      ? []
      : [`${plural(absent.files, 'content')}, ${humanSize(absent.bytes)}, stay at the store`]),
    ...(unverifiedCommits === 0
      ? []
      : [`${plural(unverifiedCommits, 'commit')} from before commits had hashes: not verified`]),
    ...(skippedFiles === 0 ? [] : [`${plural(skippedFiles, 'file')} of other engines skipped`]),
  ];
}
