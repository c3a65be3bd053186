/** The script of a site that draws charts. */
export const chartScript = String.raw`// Draws one chart: a parameter in its unit, a line for each instrument, on the span of what was measured.
import * as Plot from "@observablehq/plot";
import {numbersOf} from "./numbers.js";
import {alone, pointsOf, summaryOf} from "./points.js";

const palette = ["#4269d0", "#e8871e", "#3ca951", "#c2569b", "#6cc5b0", "#a463f2", "#ff725c", "#9c6b4e", "#97bbf5", "#9498a0"];

/** Colors by instrument, the same on all charts of a page. */
export function colorsOf(instruments) {
  return new Map(instruments.map((name, index) => [name, palette[index % palette.length]]));
}

// The page states its language in its head.
const {lang} = document.documentElement;

/**
 * Returns {element, summary}: a chart of parameters that share a unit, and texts of its lowest, mean and highest value.
 * Both are undefined when there is nothing to draw.
 */
export function drawChart(rows, parameters, {from, to, seconds, colors, width, unit}) {
  const series = parameters.map((parameter) => pointsOf(rows, parameter, seconds * 1500 + 1000));
  const points = series.flat();
  const measured = points.filter((point) => point.mid !== undefined);
  if (measured.length === 0) return {};
  const {low, mean, high} = summaryOf(measured);
  const {format: number, formatTick, tickLength} = numbersOf(low, high, lang || "en");
  // A bucket that begins before the range is drawn where the range begins: nothing is left of the axis.
  const x = (point) => new Date(Math.max(point.time, from));
  const stroke = (point) => colors.get(point.instrument);
  const format = seconds < 86400 ? (time) => isoDay(time) + " " + isoMinute(time) : isoDay;
  const describe = (point) =>
    [
      point.instrument,
      number(point.mid) + (unit ? " " + unit : ""),
      point.low === undefined || point.high === undefined ? "" : number(point.low) + " to " + number(point.high),
      format(point.time)
    ].filter(Boolean).join("\n");
  const element = Plot.plot({
    width,
    height: width < 480 ? 200 : 240,
    // A label that did not fit would lose its first digits.
    marginLeft: Math.max(52, 16 + tickLength * 6.5),
    marginRight: 22,
    marginTop: 12,
    style: {background: "transparent", fontFamily: "inherit", fontSize: "11px"},
    x: {type: "utc", domain: [new Date(from), new Date(to)], label: null, ticks: width / 90, tickFormat},
    y: {label: null, grid: true, nice: true, ticks: 5, tickFormat: formatTick},
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
  return {element, summary: {low: number(low), mean: number(mean), high: number(high)}};
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

/** The day of a time as 2024-12-31; years of five digits have no sign before them, as pickers of dates take them. */
export function isoDay(time) {
  return new Date(time).toISOString().split("T")[0].replace(/^\+0*/, "");
}

/** The time of day of a time, as 23:59. */
export function isoMinute(time) {
  return new Date(time).toISOString().split("T")[1].slice(0, 5);
}
`;
