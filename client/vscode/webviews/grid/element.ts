/** Creates an element: attributes by name, then children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...children);
  return created;
}

/** Returns a name, whose end is cut where it has no room; its tooltip has all of it. */
export function fittedName(name: string): HTMLElement {
  return element('span', { class: 'fitted', title: name }, name);
}

/** Width of a digit in the grid's font. */
export function characterWidth(): number {
  const sample = element('span', { class: 'measure' }, '0'.repeat(20));
  document.body.append(sample);
  const width = sample.getBoundingClientRect().width / 20;
  sample.remove();
  return width > 0 ? width : 8;
}

/** A position in the page, pixels. */
export interface PagePosition {
  readonly x: number;
  readonly y: number;
}

/** The position of the left bottom corner of an element. */
export function positionBelow(of: Element): PagePosition {
  const { left, bottom } = of.getBoundingClientRect();
  return { x: left, y: bottom };
}
