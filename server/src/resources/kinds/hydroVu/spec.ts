import { nameText, plainText, secretText, spanText, verbatimText } from '../../../documents/fieldTypes.ts';
import { bigInteger, list, object, optional, required, type SpecOf } from '../../../documents/schema.ts';
import { serviceUrlText } from './serviceUrl.ts';

/** The `spec` of a HydroVu resource. */
export const hydroVuSpec = object({
  key: required(
    secretText,
    'Client id of the API, as a reference to an environment variable. Its value is never stored in the pond.',
    '"${env:HYDROVU_KEY}"',
  ),
  secret: required(
    secretText,
    'Client secret of the API, as a reference to an environment variable. Its value is never stored in the pond.',
    '"${env:HYDROVU_SECRET}"',
  ),
  url: optional(
    serviceUrlText,
    'URL of the service, by default `https://www.hydrovu.com`. `http` is accepted only for a service on this computer.',
    'https://www.hydrovu.com',
  ),
  overlap: optional(
    spanText,
    'Time before the last stored reading of a device that each run asks for again, for readings that come late; `7d` without it.',
    '30d',
  ),
  devices: required(
    list(
      object({
        id: required(
          bigInteger(0n, 9_223_372_036_854_775_807n),
          'Number of the location in the service.',
          '4990594334457856',
        ),
        name: required(nameText, 'Name of the device in the pond.', 'HarborBuoy'),
        scope: required(
          plainText,
          'First part of the names of its columns. A device that replaces another has the same scope.',
          'Buoy',
        ),
        comment: optional(verbatimText, 'A note for people.', 'replaced in July'),
      }),
      { uniqueBy: 'id' },
    ),
    'Devices whose readings are collected.',
    '[…]',
  ),
});

export type HydroVuSpec = SpecOf<typeof hydroVuSpec>;

const overlapSecondsUsual = 7 * 86_400;

/** Returns the length of the time that each run asks for again, in whole seconds, at least one. */
export function overlapSecondsOf({ overlap }: HydroVuSpec): number {
  return overlap === undefined ? overlapSecondsUsual : Math.ceil(overlap.duration.microseconds / 1e6);
}
