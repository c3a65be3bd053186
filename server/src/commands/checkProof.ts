import { checkProof as check } from '../pond/checkProof.ts';
import { parseProof } from '../pond/parseProof.ts';
import { type Commit } from '../pond/commitRecord.ts';
import { type ProvenCommitInfo } from '../protocol/commands.ts';
import { isoTime } from './info.ts';
import { type PondsCommand } from './verb.ts';

/** Statement of a proof, verified without a pond. Fails `proof-invalid`. */
export const checkProof: PondsCommand<'checkProof'> = (_, { text, ...known }) =>
  // A failure is a rejection like that of every command.
  Promise.resolve().then(() => {
    const { proof, commits, version } = check(parseProof(text), known);
    const { path, type, hash, versions, rootHash, chain } = proof;
    return {
      ...{ path, type, hash, rootHash },
      versions: versions?.length ?? null,
      version: version ?? null,
      commit: commitInfo(commits[0]),
      latest: commitInfo(commits.at(-1)),
      pond: chain?.pond ?? null,
    };
  });

function commitInfo(commit: Commit | undefined): ProvenCommitInfo | null {
  if (commit?.hash === undefined) return null;
  const { number, hash, timeUs, author, message } = commit;
  return { number, hash, time: isoTime(timeUs), author, message };
}
