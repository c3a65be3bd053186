/** Runs each recipe of docs/reading.md: the file, what is stated, the query, and its rows. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

const page = readFileSync(new URL('../../docs/reading.md', import.meta.url), 'utf8');

interface Recipe {
  readonly title: string;
  /** Blocks of the section by the first word after the fence, with the rest of that line. */
  readonly blocks: ReadonlyMap<string, { readonly info: readonly string[]; readonly text: string }>;
}

const recipes = page
  .slice(page.indexOf('\n## Recipes'))
  .split(/^### /m)
  .slice(1)
  .map((section): Recipe => {
    const blocks = [...section.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)].map(
      ([, kind = '', info = '', text = '']) => [kind, { info: info.split(' '), text }] as const,
    );
    return { title: section.slice(0, section.indexOf('\n')), blocks: new Map(blocks) };
  });

/** Words of a command as a POSIX shell splits them. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));

for (const { title, blocks } of recipes) {
  test(`the recipe of ${title} gives the rows of the page`, async (t) => {
    const cwd = temporaryFolder(t);
    const pond = async (args: readonly string[], input: string | Uint8Array = ''): Promise<string> => {
      const { status, stdout, stderr } = await runPond(args, { cwd, input });
      assert.equal(status, 0, stderr);
      return stdout;
    };
    await pond(['init']);
    const file = blocks.get('text');
    const [name = '', encoding] = file?.info ?? [];
    await pond(['write', `/${name}`], Buffer.from(file?.text ?? '', encoding === undefined ? 'utf8' : 'latin1'));
    for (const line of blocks.get('sh')?.text.trim().split('\n') ?? []) await pond(wordsOf(line).slice(1));
    const document = blocks.get('yaml')?.text;
    if (document !== undefined) await pond(['apply', '-f', '-'], document);
    const rows = await pond(['query', '--format', 'csv', blocks.get('sql')?.text ?? '']);
    assert.equal(rows, blocks.get('csv')?.text);
  });
}

test('every recipe has a file, a query and rows', () => {
  assert.ok(recipes.length >= 12);
  for (const { title, blocks } of recipes) {
    assert.deepEqual(
      ['text', 'sql', 'csv'].filter((kind) => !blocks.has(kind)),
      [],
      title,
    );
  }
});
