import { type ResourceKind } from '../kind.ts';
import { optional, required } from '../shape.ts';
import { nameText, plainText, secretText } from '../texts.ts';

/** HydroVu: readings of instruments from a web service. */
export const hydroVu: ResourceKind = {
  kind: 'HydroVu',
  summary: 'collects readings of instruments from the HydroVu service',
  doc: "Each run fetches the readings made since the last one. A device's series is `/HydroVu/NAME/data/DEVICE-ID`, with a column `Timestamp` and columns called `SCOPE.NAME.UNIT`.",
  spec: {
    type: 'object',
    fields: {
      key: required(
        secretText,
        'Client id of the API, as a reference to an environment variable. It is never stored in the pond.',
        '"${env:HYDROVU_KEY}"',
      ),
      secret: required(
        secretText,
        'Client secret of the API, as a reference to an environment variable. It is never stored in the pond.',
        '"${env:HYDROVU_SECRET}"',
      ),
      devices: required(
        {
          type: 'list',
          uniqueBy: 'id',
          item: {
            type: 'object',
            fields: {
              id: required(
                { type: 'number', whole: true, min: 0, max: 9_223_372_036_854_775_807n },
                'Number of the location in the service.',
                '4990594334457856',
              ),
              name: required(nameText, 'Name of the device in the pond.', 'HarbourBuoy'),
              scope: required(
                plainText,
                'First part of the names of its columns. A device that replaces another has the same scope.',
                'Buoy',
              ),
              comment: optional(plainText, 'A note for people.', 'replaced in July'),
            },
          },
        },
        'The devices whose readings are kept.',
        '[…]',
      ),
    },
  },
  flows: () => [{ writes: '**', reads: [] }],
  example: `apiVersion: duckpond/v1
kind: HydroVu
name: buoys
desc: Water quality buoys
spec:
  key: \${env:HYDROVU_KEY}
  secret: \${env:HYDROVU_SECRET}
  devices:
    - id: 4990594334457856
      name: HarbourBuoy
      scope: Buoy
      comment: replaced in July
    - id: 5077810482151424
      name: HarbourMeter
      scope: Meter
`,
};
