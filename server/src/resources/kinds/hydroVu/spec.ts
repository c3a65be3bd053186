import { PondError } from '../../../base/error.ts';
import { documentName, resourceDirectory, titleOf } from '../../model/resourcePath.ts';
import { type Resource } from '../../model/kind.ts';
import { entryOf, textOf } from '../../../documents/yamlNode.ts';
import { specValue } from '../../../documents/specValue.ts';

/** An instrument whose readings are collected. */
export interface Device {
  /** Number of the location in the service, in decimal digits. */
  readonly id: string;
  readonly name: string;
  readonly scope: string;
}

/** URL and credentials of the service. Secrets: used in requests and nowhere else. */
export interface Account {
  readonly url: string;
  readonly key: string;
  readonly secret: string;
}

/** Default URL of the service. */
const usualUrl = 'https://www.hydrovu.com';

/** Returns the devices of a checked document. */
export function devicesOf(resource: Resource): readonly Device[] {
  const { devices } = specValue(resource.spec) as {
    readonly devices: readonly { readonly id: bigint; readonly name: string; readonly scope: string }[];
  };
  return devices.map(({ id, name, scope }) => ({ id: String(id), name, scope }));
}

/** Returns the account of a checked document. Fails `secret-missing` with the name of the unset variable. */
export function accountOf(resource: Resource, env: (name: string) => string | undefined): Account {
  const url = textOf(resource.spec, 'url') ?? usualUrl;
  return {
    url: url.replace(/\/+$/, ''),
    key: secretOf(resource, 'key', env),
    secret: secretOf(resource, 'secret', env),
  };
}

function secretOf(resource: Resource, field: string, env: (name: string) => string | undefined): string {
  const name = /^\$\{env:(\w+)\}$/.exec(textOf(resource.spec, field) ?? '')?.[1] ?? '';
  const value = env(name);
  if (value !== undefined && value !== '') return value;
  const position = entryOf(resource.spec, field)?.value.range.start;
  throw new PondError('secret-missing', `${titleOf(resource)}: the environment variable ${name} is not set`, {
    path: `${resourceDirectory(resource)}/${documentName}`,
    hint: `Set ${name} to the ${field} of the account before the resource runs.`,
    ...(position && { position }),
  });
}
