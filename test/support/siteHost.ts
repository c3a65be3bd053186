import { type TestContext } from 'node:test';
import { type PondHost } from './commandHost.ts';
import { newSeriesHost, type SeriesFiles, seriesOf } from './seriesPond.ts';

/** The name of a site with special characters of HTML, Markdown, JavaScript and file systems. */
export const oddName = 'O\'Neil & <b>"${1+1}`';

/** Hours of two measurements of two instruments, with a gap of a week. */
function hours(from: string, days: number): string {
  return `SELECT t AS "Timestamp",
      12 + 3 * sin(d / 9) + 1.5 * sin(d * 6.2832) + 0.5 * sin(d * 977) AS "AT500.Temperature.C",
      11 + 2 * sin(d / 9) + 0.8 * sin(d * 6.2832) + 0.3 * cos(d * 877) AS "Vulink.Temperature.C",
      8 + cos(d / 5) + 0.4 * cos(d * 6.2832) + 0.2 * sin(d * 777) AS "AT500.DO.mg/L"
    FROM (SELECT t, epoch(t - TIMESTAMP '${from}') / 86400 AS d
      FROM generate_series(TIMESTAMP '${from}', TIMESTAMP '${from}' + to_days(${days}), INTERVAL 20 MINUTE) g(t))
    WHERE d NOT BETWEEN 20 AND 27`;
}

const documents = `apiVersion: duckpond/v1
kind: Reduce
name: downsampled
desc: Readings by the hour & day
spec:
  collections:
    - name: by_site
      resolutions: [1h, 1d]
      datasets:
        - in_pattern: /sites/*
          out_pattern: site=$0
---
apiVersion: duckpond/v1
kind: Template
name: notes
desc: What was measured
spec:
  collections:
    - name: sites
      in_pattern: /Reduce/downsampled/by_site/site=*/res=1h
      out_pattern: $0.md
      template: |
        # Notes
        {% for unit, fields in group(by="unit", in=schema.fields) %}
        - {{ unit }}: {{ fields | length }} columns
        {% endfor %}

        ~~~js
        const files = [{% for resolution, list in export[args[0]] %}{% for part in list %}
          {resolution: "{{ resolution }}", start: {{ part.start_time }}, load: () => FileAttachment("{{ part.file }}").arrayBuffer()},{% endfor %}{% endfor %}
        ];
        const sizes = await Promise.all(files.map(async ({load}) => (await load()).byteLength));
        display(Object.assign(document.createElement("output"), {textContent: files.map(({resolution, start}, i) => resolution + " " + start + " " + (sizes[i] > 0)).join(", ")}));
        ~~~
`;

/** A pond with two stations, the outputs of Reduce and Template resources, and the commands on it. */
export async function newSiteHost(
  t: TestContext,
  { days = 90, others = {} }: { readonly days?: number; readonly others?: SeriesFiles } = {},
): Promise<PondHost> {
  const files: SeriesFiles = {
    ...others,
    '/sites/BDock': seriesOf(hours('2024-11-01', days)),
    [`/sites/${oddName}`]: seriesOf(hours('2024-12-30', 2)),
  };
  const host = await newSeriesHost(t, files);
  const sources = [{ text: documents, origin: 'site.yaml' }];
  const { problems } = await host.run('apply', { sources, directory: host.folder });
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return host;
}
