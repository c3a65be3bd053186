/** Pictures of a plot as files. */
import { xmlText } from './xmlText.ts';

const namespace = 'http://www.w3.org/2000/svg';

/** Properties whose values are those of the theme: in a file they are stated on each element. */
const themed = ['fill', 'stroke', 'color', 'font-family', 'font-size'] as const;

/**
 * Returns the panels of a plot, one below the other, as the text of a SVG file with the colors of the theme. `title` is
 * its accessible name.
 */
export function svgOf(panels: readonly SVGElement[], title: string): string {
  const boxes = panels.map((panel) => panel.getBoundingClientRect());
  const width = Math.ceil(Math.max(...boxes.map((box) => box.width), 1));
  const height = Math.ceil(boxes.reduce((sum, box) => sum + box.height, 0));
  const svg = document.createElementNS(namespace, 'svg');
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' }))
    svg.setAttribute(name, String(value));
  const name = document.createElementNS(namespace, 'title');
  name.textContent = title;
  const background = document.createElementNS(namespace, 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', getComputedStyle(document.body).backgroundColor);
  svg.append(name, background);
  let top = 0;
  for (const [index, panel] of panels.entries()) {
    const copy = copied(panel);
    copy.setAttribute('y', String(top));
    svg.append(copy);
    top += boxes[index]?.height ?? 0;
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xmlText(new XMLSerializer().serializeToString(svg))}`;
}

/** A copy of an element with the values of the theme; variables mean nothing outside the page. */
function copied(panel: SVGElement): Element {
  const copy = panel.cloneNode(true) as SVGElement;
  const originals = [panel, ...panel.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  for (const [index, original] of originals.entries()) {
    const target = copies[index];
    const style = getComputedStyle(original);
    for (const name of themed) target?.setAttribute(name, style.getPropertyValue(name));
    target?.removeAttribute('class');
    target?.removeAttribute('style');
  }
  return copy;
}

/** Returns a SVG as the bytes of a PNG file, with the pixels of the screen. Fails when the browser cannot draw it. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.max(2, window.devicePixelRatio);
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width * scale, image.height * scale];
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('the browser has no canvas');
    context.scale(scale, scale);
    context.drawImage(image, 0, 0);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new Error('the picture is too large');
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}
