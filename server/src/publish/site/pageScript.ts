/** The script of a site for a page of charts, with pickers for the range of time and the resolution. */
export const pageScript = String.raw`// A page of charts: one for each parameter, over a range of time that can be picked, dragged and shared by its address.
import {colorsOf, drawChart, isoDay, isoMinute} from "./chart.js";
import {csvText, fileName, saveText} from "./csv.js";
import {fits, loadRows, resolutionFor} from "./series.js";

const day = 86400000;
const presets = [
  ["1 day", day],
  ["1 week", 7 * day],
  ["1 month", 30 * day],
  ["3 months", 91 * day],
  ["1 year", 365 * day],
  ["5 years", 1826 * day]
];

// Points of a line that a screen can show; a resolution with many more is not loaded for a range.
const pointsWanted = 2400;
const pointsMax = 10000;

/**
 * Returns the element of a page. data is {name, time, start, end, parameters, resolutions: [{name, seconds, files: [{start,
 * end, load}]}]}: time is the column with it, times are seconds since 1970, load gives the bytes of a Parquet file.
 */
export function seriesPage(data) {
  const {resolutions, parameters} = data;
  const files = resolutions.flatMap((resolution) => resolution.files);
  const root = element("div", {className: "pond-page"});
  if (files.length === 0 || parameters.length === 0) {
    root.append(element("p", {className: "pond-empty", textContent: "There is no data yet."}));
    return root;
  }
  const all = [data.start * 1000, data.end * 1000];
  const state = {...readHash(resolutions), width: 0, asked: 0};
  if (state.from === undefined) [state.from, state.to] = firstRange(all);

  const controls = controlsFor();
  const status = element("p", {className: "pond-status", role: "status", lang: "en"});
  const charts = chartsFor(parameters);
  root.append(controls.element, status, ...charts.elements);

  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width === state.width || width === 0) return;
    state.width = width;
    requestAnimationFrame(draw);
  }).observe(root);
  return root;

  function setRange(from, to) {
    const least = resolutions[0].seconds * 1000;
    state.from = Math.max(all[0], Math.min(from, all[1] - least));
    state.to = Math.min(all[1], Math.max(to, state.from + least));
    writeHash();
    draw();
  }

  async function draw() {
    const {from, to} = state;
    const chosen = resolutions.find(({name}) => name === state.resolution);
    const usable = chosen !== undefined && fits(chosen, from, to, pointsMax);
    const resolution = usable ? chosen : resolutionFor(resolutions, from, to, pointsWanted);
    const asked = ++state.asked;
    controls.show(resolution);
    root.setAttribute("aria-busy", "true");
    const columns = [data.time, ...parameters.flatMap(({avg, min, max}) => [avg, min, max].filter(Boolean))];
    try {
      const rows = await loadRows(resolution, [...new Set(columns)], from, to);
      // Somebody picked another range meanwhile.
      if (asked !== state.asked) return;
      status.textContent = dateText(from) + " to " + dateText(to) + " UTC · " + plural(rows.length, "point") + " of " + resolution.name;
      charts.draw(rows, resolution);
    } catch (error) {
      if (asked === state.asked) status.textContent = "The data could not be read: " + error.message;
    }
    if (asked === state.asked) root.removeAttribute("aria-busy");
  }

  function controlsFor() {
    const span = all[1] - all[0];
    const shown = presets.filter(([, length]) => length < span);
    const ranges = shown.map(([name, length]) => button(name, () => setRange(all[1] - length, all[1])));
    ranges.push(button("All", () => setRange(all[0], all[1])));
    const lengths = [...shown.map(([, length]) => length), span];
    const back = button("‹", () => move(-1), "Earlier");
    const forward = button("›", () => move(1), "Later");
    const first = dateInput("From", () => setRange(Date.parse(first.value), Math.max(state.to, Date.parse(first.value) + day)));
    const last = dateInput("To", () => setRange(Math.min(state.from, Date.parse(last.value)), Date.parse(last.value) + day));
    const auto = button("Auto", () => choose(undefined), "As fine as the range allows");
    const named = resolutions.map(({name}) => button(name, () => choose(name)));
    const bar = element("div", {className: "pond-controls", lang: "en"});
    bar.append(
      group("Range", ...ranges),
      group("Period", back, first, element("span", {textContent: "to"}), last, forward),
      group("Resolution", auto, ...named)
    );
    return {element: bar, show};

    function move(direction) {
      const length = state.to - state.from;
      const from = Math.max(all[0], Math.min(state.from + direction * length * 0.5, all[1] - length));
      setRange(from, from + length);
    }

    function choose(name) {
      state.resolution = name;
      writeHash();
      draw();
    }

    function show(resolution) {
      const length = state.to - state.from;
      const atEnd = state.to === all[1];
      ranges.forEach((one, index) => press(one, atEnd && Math.abs(length - lengths[index]) < 1000));
      first.value = isoDay(state.from);
      last.value = isoDay(state.to - 1);
      back.disabled = state.from <= all[0];
      forward.disabled = state.to >= all[1];
      press(auto, state.resolution === undefined || state.resolution !== resolution.name);
      named.forEach((one, index) => {
        const {name} = resolutions[index];
        press(one, state.resolution === name && resolution.name === name);
        one.classList.toggle("pond-used", resolution.name === name);
        one.disabled = !fits(resolutions[index], state.from, state.to, pointsMax);
        one.title = one.disabled ? "Too fine for this range" : "Buckets of " + name;
      });
    }

    function dateInput(label, onChange) {
      const input = element("input", {type: "date", min: isoDay(all[0]), max: isoDay(all[1] - 1)});
      input.setAttribute("aria-label", label);
      input.addEventListener("change", () => input.value && onChange());
      return input;
    }
  }

  function chartsFor() {
    const groups = new Map();
    for (const parameter of parameters) {
      const key = JSON.stringify([parameter.name, parameter.unit]);
      groups.set(key, [...(groups.get(key) ?? []), parameter]);
    }
    const colors = colorsOf([...new Set(parameters.map(({instrument}) => instrument))]);
    const cards = [...groups.values()].map((group) => cardFor(group, colors));
    return {
      elements: cards.map((card) => card.element),
      draw: (rows, resolution) => cards.forEach((card) => card.draw(rows, resolution))
    };
  }

  function cardFor(group, colors) {
    const [{name, unit}] = group;
    const card = element("section", {className: "pond-card"});
    const title = element("h2", {textContent: name});
    if (unit) title.append(element("small", {textContent: unit}));
    const legend = element("div", {className: "pond-legend"});
    for (const {instrument} of group) {
      if (!instrument) continue;
      const item = element("span", {textContent: instrument});
      item.style.setProperty("--color", colors.get(instrument));
      legend.append(item);
    }
    const facts = element("p", {className: "pond-facts"});
    const head = element("header");
    const save = button("CSV", undefined, "Save what the chart shows as a CSV file");
    head.append(title, legend, facts, save);
    const place = element("div", {className: "pond-chart"});
    card.append(head, place);
    return {element: card, draw};

    function draw(rows, resolution) {
      const width = Math.max(240, place.clientWidth);
      const options = {from: state.from, to: state.to, seconds: resolution.seconds, colors, width, unit};
      const chart = drawChart(rows, group, options);
      place.replaceChildren(chart.element ?? element("p", {className: "pond-empty", textContent: "No data in this range."}));
      facts.textContent = "";
      save.disabled = chart.element === undefined;
      save.onclick = () => saveRows(rows, resolution);
      if (chart.element === undefined) return;
      const {low, mean, high} = chart.summary;
      const hasMean = group.every(({isDirection}) => isDirection !== true);
      facts.textContent = "low " + low + (hasMean ? " · mean " + mean : "") + " · high " + high;
      chart.element.setAttribute("role", "img");
      chart.element.setAttribute("aria-label", name + (unit ? " in " + unit : "") + ": " + facts.textContent);
      draggable(chart.element);
    }

    function saveRows(rows, resolution) {
      const columns = group.flatMap(({avg, min, max}) => [avg, min, max].filter(Boolean));
      const file = fileName(data.name, name, resolution.name, isoDay(state.from), isoDay(state.to - 1));
      saveText(csvText(rows.filter((row) => columns.some((column) => row[column] != null)), columns), file);
    }
  }

  // Dragging over a chart zooms in to what was dragged over; a double click shows all.
  function draggable(plot) {
    const svg = plot.matches("svg") ? plot : plot.querySelector("svg");
    const {invert, range} = plot.scale("x");
    const band = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    band.setAttribute("class", "pond-band");
    let start;
    const at = (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) * svg.viewBox.baseVal.width) / box.width;
      return Math.max(range[0], Math.min(range[1], x));
    };
    // Before the chart itself takes it, to keep its tip where it is.
    const capture = true;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && event.pointerType === "mouse") start = at(event);
    }, {capture});
    svg.addEventListener("pointermove", (event) => {
      if (start === undefined) return;
      const end = at(event);
      band.setAttribute("x", Math.min(start, end));
      band.setAttribute("width", Math.abs(end - start));
      band.setAttribute("y", 0);
      band.setAttribute("height", svg.viewBox.baseVal.height);
      svg.append(band);
    });
    const end = (event) => {
      if (start === undefined) return;
      const [from, to] = [start, at(event)].sort((a, b) => a - b);
      start = undefined;
      band.remove();
      if (event.type === "pointerup" && to - from > 8) setRange(invert(from).getTime(), invert(to).getTime());
    };
    svg.addEventListener("pointerup", end);
    svg.addEventListener("pointerleave", end);
    svg.addEventListener("dblclick", () => setRange(all[0], all[1]));
  }

  function writeHash() {
    const parts = ["from=" + isoSecond(state.from), "to=" + isoSecond(state.to)];
    if (state.resolution !== undefined) parts.push("res=" + encodeURIComponent(state.resolution));
    history.replaceState(history.state, "", "#" + parts.join("&"));
  }

  function readHash() {
    const hash = new URLSearchParams(location.hash.slice(1));
    const [from, to] = [Date.parse(hash.get("from") ?? ""), Date.parse(hash.get("to") ?? "")];
    const resolution = resolutions.find(({name}) => name === hash.get("res"))?.name;
    if (!(from < to) || from >= all[1] || to <= all[0]) return {resolution};
    return {from: Math.max(from, all[0]), to: Math.min(to, all[1]), resolution};
  }
}

// At first the newest part that is worth seeing: a year, or all when there is less.
function firstRange([start, end]) {
  return [Math.max(start, end - 365 * day), end];
}

function element(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

function button(text, onClick, title) {
  const made = element("button", {type: "button", textContent: text});
  if (title) made.title = title;
  // A sign is read out by what it means.
  if (text.length === 1) made.setAttribute("aria-label", title);
  if (onClick) made.addEventListener("click", onClick);
  return made;
}

function group(label, ...children) {
  const made = element("div", {className: "pond-group"});
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", label);
  made.append(...children);
  return made;
}

function press(made, pressed) {
  made.setAttribute("aria-pressed", String(pressed));
}

function plural(count, word) {
  return count.toLocaleString(document.documentElement.lang || "en") + " " + word + (count === 1 ? "" : "s");
}

function isoSecond(time) {
  return new Date(time).toISOString().slice(0, 19) + "Z";
}

function dateText(time) {
  const minute = isoMinute(time);
  return minute === "00:00" ? isoDay(time) : isoDay(time) + " " + minute;
}
`;
