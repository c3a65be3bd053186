/** Keys with Ctrl, or Cmd, that edit a text or move in it. */
const withControl = new Set([
  ...['a', 'c', 'v', 'x', 'y', 'z', 'Enter', 'Backspace', 'Delete', 'Insert', 'Home', 'End'],
  ...['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
]);

/**
 * True for a key of a text field: it must not reach the table, nor VS Code, which would undo an edit of the document.
 * Other keys, such as F1 and Ctrl+P, do the same in a field as everywhere.
 */
export function isFieldKey({
  key,
  altKey,
  ctrlKey,
  metaKey,
}: Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey'>): boolean {
  if (/^F\d+$/.test(key)) return false;
  // A character that is typed with AltGr has both.
  const isTyped = key.length === 1 && ctrlKey && altKey;
  if (isTyped || (!ctrlKey && !metaKey)) return true;
  return withControl.has(key.length === 1 ? key.toLowerCase() : key);
}
