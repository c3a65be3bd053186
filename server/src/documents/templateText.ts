/** True when the text contains a template tag, so that its value depends on variables. */
export function hasTemplate(text: string): boolean {
  return /\{\{|\{%|\{#/.test(text);
}
