import { sha256Of } from '../base/sha256.ts';
import { fieldsOf, parseJson } from '../base/json.ts';
import { type Grants, type HostAccess } from '../resources/model/grants.ts';
import { type Disk } from '../storage/disk.ts';
import { replaceFile } from '../storage/durable.ts';

/**
 * Returns the grants kept on a disk, which is opened when first used: one file for each, so that processes that write
 * at the same time need no lock. Names from a pond become names of files through a hash.
 */
export function createGrants(disk: () => Disk): Grants {
  const folderOf = (pond: string): string => hashOf(pond);
  const pathOf = ({ pond, home, access }: HostAccess): string =>
    `${folderOf(pond)}/${hashOf(JSON.stringify([home, access]))}.json`;
  return {
    has(access) {
      const found = parseGrant(disk().readFile(pathOf(access)));
      return found?.pond === access.pond && found.home === access.home && found.access === access.access;
    },
    add({ pond, home, access }) {
      const grant: HostAccess = { pond, home, access };
      disk().makeDirectory(folderOf(pond));
      replaceFile(disk(), pathOf(grant), Buffer.from(`${JSON.stringify(grant)}\n`));
    },
    remove: (access) => disk().remove(pathOf(access)),
    list(pond) {
      const folder = folderOf(pond);
      const names = disk()
        .list(folder)
        .filter((name) => name.endsWith('.json'));
      const grants = names.map((name) => parseGrant(disk().readFile(`${folder}/${name}`)));
      return grants.filter((grant) => grant?.pond === pond).filter((grant) => grant !== undefined);
    },
  };
}

function parseGrant(bytes: Uint8Array | undefined): HostAccess | undefined {
  const { pond, home, access } = bytes === undefined ? {} : fieldsOf(parseJson(bytes));
  if (typeof pond !== 'string' || typeof home !== 'string' || typeof access !== 'string') return undefined;
  return { pond, home, access };
}

function hashOf(text: string): string {
  return sha256Of(text).slice(0, 40);
}
