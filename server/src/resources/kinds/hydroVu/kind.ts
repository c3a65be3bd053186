import { type ResourceKind } from '../../model/kind.ts';
import { type HydroVuSpec, hydroVuSpec } from './spec.ts';
import { defaultUrl } from './serviceUrl.ts';

/** HydroVu: readings of instruments from a web service. */
export const hydroVu: ResourceKind<HydroVuSpec> = {
  kind: 'HydroVu',
  icon: 'radio-tower',
  summary: 'collects readings of instruments from the HydroVu service',
  doc: [
    'Each run fetches the readings since the last one, and asks again for those of the last days, which may have come late.',
    '',
    '| path | content |',
    '|---|---|',
    '| `/HydroVu/NAME/data/DEVICE-ID` | the readings of a device: a series with `Timestamp` (seconds since 1970 UTC) and a column `SCOPE.NAME.UNIT` for each parameter |',
    '| `/HydroVu/NAME/locations`, `params`, `units` | tables of the names that the service gives its locations, parameters and units |',
    '| `/HydroVu/NAME/columns` | a table of the names that parameters and units have ever had, and the part (`part`) of the name of a column that each became |',
    '| `/HydroVu/NAME/temporal` | a table of how far the readings of each location are stored, and from when on the next run asks again (`overlap_from`) |',
    '',
    '**What is stored.**',
    '',
    '- The next run continues after the time in `temporal`, even if the document was changed in between. To fetch readings again, restore `temporal` from an earlier commit.',
    '- A reading without a time after 1970 is skipped. A reading more than an hour in the future waits for a run at its time. The notes of the run count both.',
    '- **Late readings.** A logger that was offline, or a parameter that arrives later than the others, sends readings after later ones were stored. Each run asks again for the `overlap` before the last stored reading (7 days, rounded up to an hour), compares what the service has with what is stored, and adds what differs as another version of the series. The notes of the run count it.',
    '- So the rows of a series are in order of time within a version, and a time may have several rows. If the service changed a reading, both values are in the series, and the notes say so: the last version counts, as in a [Combine](#combine), which makes one row of them. A query of the series itself, or a Reduce without a Combine, sees both.',
    '- A reading that comes later than the overlap is not found. Make `overlap` longer, also for one run, to look further back. A reading that the service removes stays.',
    '- A parameter or unit without a name in the service is called by its id.',
    '- A column has the readings of one parameter in one unit. If the service measures in another unit, or renames a parameter, new readings are in another column; the notes say which name changed. A name that another parameter has, or had, gets the id appended: `Depth (20)`.',
    '',
    '**When something fails.**',
    '',
    '- A location that fails does not stop the others. The run ends early only if two consecutive locations get no answer or are denied.',
    '- If a page of readings fails, the complete rows before it are kept, and the next run continues after them.',
    '- A temporary failure (a closed connection, status 429 or 5xx, a truncated answer) is retried with increasing delays of at most a minute, or after the delay that the service requests. If it requests more than ten minutes, as when the quota of a day is used up, the run ends and names the time.',
    '- A long run commits every ten minutes. Cancelling a run discards the readings since its last commit.',
    '',
    '**Errors.** `not-allowed`: the document is from somebody else, and you did not allow it to send these variables to this service. `secret-missing`: a variable is not set. `remote-denied`: the service rejects the credentials. `remote-failed`: the service cannot be reached, or its answer is malformed.',
    '',
    '**Changing it.** Add a device to `devices` and apply the document: the next run fetches all of its readings. A device with a new `name` keeps its series, under the new name. A removed device keeps its data.',
  ].join('\n'),
  spec: hydroVuSpec,
  flows: () => [{ writes: '**', reads: [] }],
  hostAccess: ({ key, secret, url = defaultUrl }) =>
    [key, secret].map(({ variable }) => `sends ${variable} to ${new URL(url).origin}`),
  async run(context) {
    return await (await import('./run.ts')).runHydroVu(context);
  },
  example: `apiVersion: duckpond/v1
kind: HydroVu
name: buoys
desc: Water quality buoys
spec:
  key: \${env:HYDROVU_KEY}
  secret: \${env:HYDROVU_SECRET}
  devices:
    - id: 4990594334457856
      name: HarborBuoy
      scope: Buoy
      comment: replaced in July
    - id: 5077810482151424
      name: HarborMeter
      scope: Meter
`,
};
