import { type SecretReference } from '../../../documents/fieldTypes.ts';
import { documentError } from '../../model/documentError.ts';
import { type Resource } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type HydroVuSpec } from './spec.ts';
import { defaultUrl } from './serviceUrl.ts';

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

/** Returns the devices of a resource. */
export function devicesOf({ spec }: Resource<HydroVuSpec>): readonly Device[] {
  return spec.devices.map(({ id, name, scope }) => ({ id: String(id), name, scope }));
}

/** Returns the account of a resource. Fails `secret-missing` with the name of the unset variable. */
export function accountOf(resource: Resource<HydroVuSpec>, env: (name: string) => string | undefined): Account {
  const { url = defaultUrl, key, secret } = resource.spec;
  const valueOf = (field: string, { variable }: SecretReference): string => {
    const value = env(variable);
    if (value !== undefined && value !== '') return value;
    throw documentError(
      resource,
      'secret-missing',
      `${titleOf(resource)}: the environment variable ${variable} is not set`,
      { at: [field], hint: `Set ${variable} to the ${field} of the account before the resource runs.` },
    );
  };
  return { url: url.replace(/\/+$/, ''), key: valueOf('key', key), secret: valueOf('secret', secret) };
}
