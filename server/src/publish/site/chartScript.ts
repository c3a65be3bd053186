/** The script of a site that draws charts. */
export const chartScript = String.raw`// Draws one chart: a parameter in its unit, a line for each instrument, on the span of what was measured.
import * as Plot from "@observablehq/plot";

const palette = ["#4269d0", "#e8871e", "#3ca951", "#c2569b", "#6cc5b0", "#a463f2", "#ff725c", "#9c6b4e", "#97bbf5", "#9498a0"];

/** Colors by instrument, the same on all charts of a page. */
export function colorsOf(instruments) {
  return new Map(instruments.map((name, index) => [name, palette[index % palette.length]]));
}

// Points of a parameter: a gap between buckets becomes a point without values, so that no line is drawn over it.
function pointsOf(rows, {avg, min, max, instrument}, gap) {
  const points = [];
  let last;
  for (const row of rows) {
    const mid = value(row, avg) ?? value(row, min) ?? value(row, max);
    if (mid === undefined) continue;
    if (last !== undefined && row.time - last > gap) points.push({time: last + 1, instrument});
    points.push({time: row.time, instrument, mid, low: value(row, min), high: value(row, max)});
    last = row.time;
  }
  return points;
}

function value(row, column) {
  const number = column === undefined || row[column] == null ? NaN : Number(row[column]);
  return Number.isFinite(number) ? number : undefined;
}

// The page states its language in its head.
const {lang} = document.documentElement;
const number = new Intl.NumberFormat(lang || "en", {maximumSignificantDigits: 4});

/** A number as people read it, with four digits. */
export function formatNumber(value) {
  return number.format(value);
}

/**
 * Returns {element, summary}: a chart of parameters that share a unit. Both are undefined when there is nothing to
 * draw.
 */
export function drawChart(rows, parameters, {from, to, seconds, colors, width, unit}) {
  const series = parameters.map((parameter) => pointsOf(rows, parameter, seconds * 1500 + 1000));
  const points = series.flat();
  const measured = points.filter((point) => point.mid !== undefined);
  if (measured.length === 0) return {};
  // A bucket that begins before the range is drawn where the range begins: nothing is left of the axis.
  const x = (point) => new Date(Math.max(point.time, from));
  const stroke = (point) => colors.get(point.instrument);
  const format = seconds < 86400 ? (time) => isoDay(time) + " " + isoMinute(time) : isoDay;
  const describe = (point) =>
    [
      point.instrument,
      formatNumber(point.mid) + (unit ? " " + unit : ""),
      point.low === undefined || point.high === undefined ? "" : formatNumber(point.low) + " to " + formatNumber(point.high),
      format(point.time)
    ].filter(Boolean).join("\n");
  const element = Plot.plot({
    width,
    height: width < 480 ? 200 : 240,
    marginLeft: 52,
    marginRight: 22,
    marginTop: 12,
    style: {background: "transparent", fontFamily: "inherit", fontSize: "11px"},
    x: {type: "utc", domain: [new Date(from), new Date(to)], label: null, ticks: width / 90, tickFormat},
    y: {label: null, grid: true, nice: true, ticks: 5, tickFormat: formatNumber},
    marks: [
      Plot.areaY(points, {x, y1: "low", y2: "high", z: "instrument", fill: stroke, fillOpacity: 0.16, className: "span"}),
      Plot.lineY(points, {x, y: "mid", z: "instrument", stroke, strokeWidth: 1.6, strokeLinejoin: "round", className: "mean"}),
      // A line needs two points; what stands alone is seen all the same.
      Plot.dot(series.flatMap(alone), {x, y: "mid", fill: stroke, r: 2}),
      Plot.ruleX(measured, Plot.pointer({x, py: "mid", strokeOpacity: 0.25})),
      Plot.dot(measured, Plot.pointer({x, y: "mid", fill: stroke, r: 3.5})),
      Plot.tip(measured, Plot.pointer({x, y: "mid", title: describe, className: "tip"}))
    ]
  });
  return {element, summary: summaryOf(measured)};
}

// A time of day, a day, a month or a year: what is new at a tick; the first one of the day says which day it is.
function tickFormat(date, index) {
  const minute = isoMinute(date);
  const year = date.getUTCFullYear();
  const month = date.toLocaleString(lang || "en", {month: "short", timeZone: "UTC"});
  const dayOf = month + " " + date.getUTCDate();
  if (minute !== "00:00") return minute + (index === 0 ? "\n" + dayOf : "");
  if (date.getUTCDate() !== 1) return dayOf + (index === 0 ? "\n" + year : "");
  return month + (index === 0 || date.getUTCMonth() === 0 ? "\n" + year : "");
}

function alone(points) {
  const isGap = (point) => point === undefined || point.mid === undefined;
  return points.filter((point, index) => !isGap(point) && isGap(points[index - 1]) && isGap(points[index + 1]));
}

function summaryOf(points) {
  const mids = points.map((point) => point.mid);
  return {
    low: points.reduce((low, point) => Math.min(low, point.low ?? point.mid), Infinity),
    mean: mids.reduce((sum, mid) => sum + mid, 0) / mids.length,
    high: points.reduce((high, point) => Math.max(high, point.high ?? point.mid), -Infinity)
  };
}

/** The day of a time as 2024-12-31; years of five digits have no sign before them, as pickers of dates take them. */
export function isoDay(time) {
  return new Date(time).toISOString().split("T")[0].replace(/^\+0*/, "");
}

/** The time of day of a time, as 23:59. */
export function isoMinute(time) {
  return new Date(time).toISOString().split("T")[1].slice(0, 5);
}
`;
