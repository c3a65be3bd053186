import { type PlotResult } from '../../../../server/src/protocol/commands.ts';
import { valueText } from './axisText.ts';

const namespace = 'http://www.w3.org/2000/svg';
const points = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];

/** Room around the circle for the names of directions, and on its right for the legend, pixels. */
const margin = 28;
const legendWidth = 130;

type Rose = Extract<PlotResult, { kind: 'rose' }>;

/** Draws a wind rose: the share of rows by direction, north at the top, in classes of speed from the center outward. */
export function roseChart(
  rose: Rose,
  {
    width,
    height,
    name,
    unit,
  }: { readonly width: number; readonly height: number; readonly name: string; readonly unit: string },
): Element {
  const radius = Math.max(40, Math.min((width - legendWidth) / 2, height / 2) - margin);
  const [x, y] = [(width - legendWidth) / 2, height / 2];
  const svg = shape('svg', {
    ...{ width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': name, fill: 'currentColor' },
  });
  const shares = rose.counts.map((classes) => sum(classes) / Math.max(1, rose.rows));
  const step = ringStep(Math.max(...shares, 0.01));
  const most = Math.ceil(Math.max(...shares, 0.01) / step) * step;
  const sector = (2 * Math.PI) / rose.counts.length;
  for (const [index, classes] of rose.counts.entries()) {
    let inner = 0;
    for (const [level, rows] of classes.entries()) {
      if (rows === 0) continue;
      const outer = inner + rows / Math.max(1, rose.rows);
      const wedge = wedgePath(
        { x, y },
        [index * sector - sector * 0.45, index * sector + sector * 0.45],
        [(inner / most) * radius, (outer / most) * radius],
      );
      const part = shape('path', { d: wedge, ...classStyle(level) });
      part.append(
        titled(
          `${Math.round((index * 360) / rose.counts.length)}°, ${classText(rose.edges, level, unit)}: ${percent(rows, rose.rows)}`,
        ),
      );
      svg.append(part);
      inner = outer;
    }
  }
  svg.append(
    ...rings({ x, y, radius, step, most }),
    ...directions({ x, y, radius }),
    ...legend(rose, { x: width - legendWidth, y: 24 }, unit),
  );
  return svg;
}

function rings({
  x,
  y,
  radius,
  step,
  most,
}: Readonly<Record<'x' | 'y' | 'radius' | 'step' | 'most', number>>): readonly Element[] {
  return Array.from({ length: Math.round(most / step) }, (_, index) => (index + 1) * step).flatMap((share) => {
    const r = (share / most) * radius;
    const text = shape('text', { x: x + r * 0.38 + 2, y: y - r * 0.92, 'font-size': 10 });
    text.textContent = `${valueText(share * 100)}%`;
    return [shape('circle', { cx: x, cy: y, r, fill: 'none', stroke: 'currentColor', 'stroke-opacity': 0.25 }), text];
  });
}

function directions({ x, y, radius }: Readonly<Record<'x' | 'y' | 'radius', number>>): readonly Element[] {
  return points.map((point, index) => {
    const angle = (index / points.length) * 2 * Math.PI;
    const at = { x: x + Math.sin(angle) * (radius + 14), y: y - Math.cos(angle) * (radius + 14) + 4 };
    const text = shape('text', { ...at, 'text-anchor': 'middle', 'font-size': 11 });
    text.textContent = point;
    return text;
  });
}

function legend(
  { edges, calms, rows }: Rose,
  at: { readonly x: number; readonly y: number },
  unit: string,
): readonly Element[] {
  const entries = [...edges, Infinity].flatMap((_, level) => {
    const y = at.y + level * 18;
    const text = shape('text', { x: at.x + 18, y: y + 10, 'font-size': 11 });
    text.textContent = classText(edges, level, unit);
    return [shape('rect', { x: at.x, y, width: 12, height: 12, ...classStyle(level) }), text];
  });
  const calm = shape('text', { x: at.x, y: at.y + (edges.length + 1) * 18 + 12, 'font-size': 11 });
  calm.textContent = `calm: ${percent(calms, rows)}`;
  return [...entries, calm];
}

function classStyle(level: number): Readonly<Record<string, string | number>> {
  // One color that is fuller with the speed: the order of the classes shows.
  return {
    fill: 'var(--vscode-charts-blue)',
    'fill-opacity': 0.12 + level * 0.17,
    stroke: 'currentColor',
    'stroke-opacity': 0.4,
  };
}

function classText(edges: readonly number[], level: number, unit: string): string {
  const [low, high] = [edges[level - 1] ?? 0, edges[level]];
  return `${high === undefined ? `≥ ${valueText(low)}` : `${valueText(low)}–${valueText(high)}`} ${unit}`.trim();
}

/** The part of a ring between two angles, clockwise from north in radians, and two radii. */
function wedgePath(
  { x, y }: { readonly x: number; readonly y: number },
  [from, to]: readonly [number, number],
  [inner, outer]: readonly [number, number],
): string {
  const at = (angle: number, r: number): string => `${x + Math.sin(angle) * r},${y - Math.cos(angle) * r}`;
  return `M${at(from, inner)}L${at(from, outer)}A${outer},${outer} 0 0 1 ${at(to, outer)}L${at(to, inner)}A${inner},${inner} 0 0 0 ${at(from, inner)}Z`;
}

/** A round distance of rings, so that there are three to six. */
function ringStep(most: number): number {
  return [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2].find((step) => most / step <= 6) ?? 0.5;
}

function percent(rows: number, all: number): string {
  return `${valueText(Number(((rows / Math.max(1, all)) * 100).toPrecision(3)))}%`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function titled(text: string): Element {
  const title = shape('title', {});
  title.textContent = text;
  return title;
}

function shape(name: string, attributes: Readonly<Record<string, string | number>>): Element {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
