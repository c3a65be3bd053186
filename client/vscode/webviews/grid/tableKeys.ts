/** Keys of a table, other than those that move the selection. */
import { type EditorCommand } from './messages.ts';
import { type PaneMode } from './sidePane.ts';
import { widthStep } from './tableMenus.ts';

/** Action of a key. */
type KeyAction =
  | { readonly do: 'find'; readonly mode: 'find' | 'jump' }
  | { readonly do: 'again'; readonly backward: boolean }
  | { readonly do: 'copy' | 'paste' | 'menu' | 'close' | 'clear' | 'insert' | 'delete' }
  | { readonly do: 'command'; readonly command: EditorCommand }
  /** Edits a cell; `typed` is the character that the user typed. */
  | { readonly do: 'edit'; readonly typed?: string }
  | { readonly do: 'pane'; readonly mode: PaneMode }
  | { readonly do: 'move'; readonly by: 1 | -1 }
  | { readonly do: 'widen'; readonly by: number };

/** A key with its modifiers, as the browser names them. */
type PressedKey = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>;

/** Returns what a key does; undefined for a key that the table leaves to the editor. */
export function tableKey(pressed: PressedKey, isEditable: boolean): KeyAction | undefined {
  return plainKey(pressed) ?? (isEditable ? editKey(pressed) : undefined);
}

function plainKey({ key, shiftKey, altKey, ctrlKey, metaKey }: PressedKey): KeyAction | undefined {
  const control = ctrlKey || metaKey;
  const letter = key.toLowerCase();
  if (altKey && !control && (key === 'ArrowLeft' || key === 'ArrowRight')) {
    const by = key === 'ArrowRight' ? 1 : -1;
    return shiftKey ? { do: 'widen', by: by * widthStep } : { do: 'move', by };
  }
  if (altKey) return undefined;
  if (control && !shiftKey) {
    if (letter === 'c') return { do: 'copy' };
    if (letter === 'f') return { do: 'find', mode: 'find' };
    return letter === 'g' ? { do: 'find', mode: 'jump' } : undefined;
  }
  if (control) return undefined;
  if (key === 'F2') return { do: 'edit' };
  if (key === 'F3') return { do: 'again', backward: shiftKey };
  if (key === 'Enter') return { do: 'pane', mode: shiftKey ? 'row' : 'value' };
  if (key === 'ContextMenu' || (key === 'F10' && shiftKey)) return { do: 'menu' };
  return key === 'Escape' ? { do: 'close' } : undefined;
}

function editKey({ key, shiftKey, altKey, ctrlKey, metaKey }: PressedKey): KeyAction | undefined {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) {
    const letter = key.toLowerCase();
    if (letter === 'v' && !shiftKey) return { do: 'paste' };
    const command = commandKeys[shiftKey ? letter.toUpperCase() : letter];
    return command && { do: 'command', command };
  }
  if (key === 'Insert') return { do: 'insert' };
  if (key === 'Delete') return { do: shiftKey ? 'delete' : 'clear' };
  if (key === 'Backspace') return { do: 'clear' };
  return [...key].length === 1 ? { do: 'edit', typed: key } : undefined;
}

/**
 * Keys of the editor that are about edits, held with Ctrl; a capital is held with Shift. They follow the edits through the
 * extension: VS Code would run them before it knows an edit that was made just now.
 */
const commandKeys: Readonly<Record<string, EditorCommand>> = { z: 'undo', Z: 'redo', y: 'redo', s: 'save' };
