import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createLanguageService } from '../../server/src/language/index.ts';
import { type Position } from '../../server/src/protocol/language.ts';
import { randomOf } from '../support/random.ts';

const folder = new URL('../fixtures/resources/valid/', import.meta.url);
const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
const pieces = [
  '{{ x }}',
  '*',
  '&a ',
  '*a',
  ': ',
  '- ',
  '\n',
  '\t',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  '|\n',
  '#',
  '? ',
  '---\n',
];
const rounds = 400;
const seed = 20_250_601;

test(`no change of a document makes the language service throw or return a position outside the text (seed ${seed})`, () => {
  const random = randomOf(seed);
  const service = createLanguageService();
  for (let round = 0; round < rounds; round += 1) {
    const text = mutate(texts[random(texts.length)] ?? '', random);
    const lines = text.split(/\r\n|\n|\r/);
    const inText = ({ line, character }: Position): boolean => character <= (lines[line]?.length ?? -1);
    const line = random(lines.length);
    const position = { line, character: random((lines[line]?.length ?? 0) + 1) };
    const ranges = [
      ...service.diagnostics(text, 'file:///a.yaml').map(({ range }) => range),
      ...service.completion(text, position).map(({ textEdit }) => textEdit.range),
      ...service.symbols(text).map(({ selectionRange }) => selectionRange),
    ];
    const hover = service.hover(text, position);
    if (hover !== undefined) ranges.push(hover.range);
    for (const { start, end } of ranges) assert.ok(inText(start) && inText(end), `round ${round}:\n${text}`);
  }
});

/** Deletes, repeats, moves or inserts a few parts of the text. */
function mutate(text: string, random: (count: number) => number): string {
  let changed = text;
  for (let count = random(4) + 1; count > 0; count -= 1) {
    const start = random(changed.length + 1);
    const end = Math.min(changed.length, start + random(40));
    const part = changed.slice(start, end);
    const inserted = [
      pieces[random(pieces.length)] ?? '',
      '',
      part + part,
      changed.slice(random(changed.length + 1), 30),
    ];
    changed = changed.slice(0, start) + (inserted[random(inserted.length)] ?? '') + changed.slice(end);
  }
  return changed;
}
