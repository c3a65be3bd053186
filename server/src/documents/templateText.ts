/** True when the text holds a template tag, so that what it will say is known only when its variables are given. */
export function hasTemplate(text: string): boolean {
  return /\{\{|\{%|\{#/.test(text);
}
