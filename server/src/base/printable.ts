/**
 * Texts of others, such as names in a pond, as people read them. A name could move the cursor, hide output, reverse the
 * order of what follows, or look like another name; its invisible characters are shown as escapes.
 */

/** Control characters and line separators: they move the cursor or break lines. */
const controls = String.raw`\0-\x1f\x7f-\x9f\u2028\u2029`;

/**
 * Characters without a glyph that reorder text or make two names look equal: bidirectional controls, zero-width spaces,
 * fillers, variation tags, unpaired surrogates.
 */
const invisible = String.raw`\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}\p{Cs}`;

/** A joiner is part of emoji and of scripts that join; after any other character it is invisible. */
const strayJoiner = String.raw`(?<![\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Script=Arabic}])[\u200c\u200d]`;

const onOneLine = new RegExp(`[${controls}${invisible}]|${strayJoiner}`, 'gu');
const onLines = new RegExp(`(?![\\n\\t\\u2028\\u2029])[${controls}${invisible}]|${strayJoiner}`, 'gu');

/** Most texts; the search for the others is slower. */
const isPlain = /^[\x20-\x7e]*$/;

/** Returns text on one line, with control and invisible characters as escapes. */
export function printable(text: string): string {
  return isPlain.test(text) ? text : text.replace(onOneLine, escapeOf);
}

/** Like `printable`, for text that may have lines and tabs of its own. */
export function printableLines(text: string): string {
  return text.replace(onLines, escapeOf);
}

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  const long = code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  return shortEscapes[character] ?? (code.length > 2 ? long : `\\x${code.padStart(2, '0')}`);
}
