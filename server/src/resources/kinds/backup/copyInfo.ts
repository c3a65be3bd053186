import { type BackupInfo } from '../../../protocol/backups.ts';
import { type StoredCommit, type StoredFiles } from '../../../pond/storedFiles.ts';
import { addressOf } from '../../../remote/location.ts';
import { rememberedState } from '../../../replica/copyState.ts';
import { type Resource } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { copyRecordsOperation } from '../../model/runState.ts';
import { copyText } from './copyText.ts';
import { ledgerOf } from './openBackup.ts';
import { locationOfStore } from '../../model/storeFields.ts';
import { type BackupSpec } from './spec.ts';

/** True for a commit that holds only records of runs of Backups. */
export const isRecordOfCopy = ({ operation }: StoredCommit): boolean => operation === copyRecordsOperation;

/** Returns the state of the copy of a Backup as this computer remembers it. */
export async function copyInfo(resource: Resource<BackupSpec>, stored: StoredFiles): Promise<BackupInfo> {
  const state = await rememberedState(stored, ledgerOf(resource, stored.pond), isRecordOfCopy);
  const time = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    resource: titleOf(resource),
    text: copyText(state, Date.now()),
    address: addressOf(locationOfStore(resource.spec)),
    commit: state.version ?? null,
    missing: state.missingCommits,
    time: time(state.pushedMs),
    verified: time(state.verifiedMs),
    verifiedShare: state.verifiedShare ?? null,
  };
}
