/** The script of a site that lets it build offline. */
export const offlineScript = String.raw`// Written by pond site. Framework asks a registry for the version of every library that a page could use, also when no page
// uses it. What is said here need not be asked, so a site builds without a network. A page that does use one of them
// gets this version, from the network.
import {existsSync, mkdirSync, readdirSync} from "node:fs";

const versions = {
  "@observablehq/inputs": "0.12.0",
  "@observablehq/plot": "0.6.17",
  "@observablehq/sample-datasets": "1.0.1",
  "apache-arrow": "19.0.0",
  "arquero": "8.0.1",
  "d3": "7.9.0",
  "d3-dsv": "3.0.1",
  "echarts": "5.6.0",
  "htl": "0.3.1",
  "leaflet": "1.9.4",
  "lodash": "4.17.21",
  "mapbox-gl": "3.9.0",
  "parquet-wasm": "0.6.1",
  "react": "19.0.0",
  "react-dom": "19.0.0",
  "topojson-client": "3.1.0"
};

const cache = new URL("./src/.observablehq/cache/_npm/", import.meta.url);
for (const [name, version] of Object.entries(versions)) {
  const folder = new URL(name.includes("/") ? name.slice(0, name.indexOf("/") + 1) : "./", cache);
  const start = name.slice(name.indexOf("/") + 1) + "@";
  const known = existsSync(folder) && readdirSync(folder).some((entry) => entry.startsWith(start));
  if (!known) mkdirSync(new URL(start + version + "/", folder), {recursive: true});
}
`;
