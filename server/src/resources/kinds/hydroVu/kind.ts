import { type ResourceKind } from '../../model/kind.ts';
import { type HydroVuSpec, hydroVuSpec } from './spec.ts';

/** HydroVu: readings of instruments from a web service. */
export const hydroVu: ResourceKind<HydroVuSpec> = {
  kind: 'HydroVu',
  summary: 'collects readings of instruments from the HydroVu service',
  doc: [
    'Each run fetches the readings made since the last one.',
    "A device's series is `/HydroVu/NAME/data/DEVICE-ID`, with a column `Timestamp` in seconds since 1970 UTC and columns called `SCOPE.NAME.UNIT`.",
    'The tables `locations`, `params` and `units` hold what the service calls them, and `temporal` how far the readings of each location are kept: the next run goes on from there, whatever becomes of the document.',
    'Readings without a time after 1970 are left out, and so are those of more than an hour ahead of now until their time has come, which the notes of the run tell; a parameter or unit that the service has no name for goes by its id.',
    'A location that fails does not keep the others from being collected; the run ends early only when two locations in a row get no answer, or are refused. When a page of a location fails, the rows that the pages before it show to be whole are kept, or else the pages up to there are asked for as a stretch of time of its own, which is whole when it comes; the next run goes on behind it.',
    'A run that is cancelled drops what came since its last commit: a long one commits every ten minutes, and the next goes on from there.',
    'What may pass (a connection that ends, an answer 429 or 5xx, one that is cut off) is tried again, each time later, or when the service says so, at most ten minutes later.',
    'Errors: `secret-missing` when a variable is not set, `remote-denied` when the service refuses the credentials, `remote-failed` when it cannot be reached or its answers make no sense.',
  ].join(' '),
  spec: hydroVuSpec,
  flows: () => [{ writes: '**', reads: [] }],
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
