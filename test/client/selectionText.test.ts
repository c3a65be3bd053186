import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CellFacts } from '../../server/src/protocol/commands.ts';
import { factTexts } from '../../client/vscode/webviews/grid/selectionText.ts';

const factsText = (facts: CellFacts): string => factTexts(facts).join(' · ');

const numbers = { count: 3, sum: '-1234567.50', mean: '-411522.5', min: '-1234570', max: '1.5' };
const times = { count: 2, first: '2026-01-01 00:00:00', last: '2026-01-02 01:00:00', spanSeconds: 90_000 };

test('facts about selected cells are one line', () => {
  assert.equal(
    factsText({ cells: 3, missing: 0, notFinite: 0, numbers }),
    'Count 3 · Sum -1,234,567.50 · Mean -411,522.5 · Minimum -1234570 · Maximum 1.5',
  );
  assert.equal(
    factsText({ cells: 2, missing: 0, notFinite: 0, times }),
    'Count 2 · First 2026-01-01 00:00:00 · Last 2026-01-02 01:00:00 · Span 1 d 1 h',
  );
});

test('NULL, other values and numbers that are not finite are counted apart', () => {
  assert.equal(factsText({ cells: 4, missing: 4, notFinite: 0 }), 'Count 0 · NULL 4');
  assert.equal(
    factsText({ cells: 9, missing: 1, notFinite: 2, numbers: { ...numbers, sum: '1e+300' }, times }),
    'Count 8 · NULL 1 · Numbers 3 · Sum 1e+300 · Mean -411,522.5 · Minimum -1234570 · Maximum 1.5 · ' +
      'Times 2 · First 2026-01-01 00:00:00 · Last 2026-01-02 01:00:00 · Span 1 d 1 h · Not finite 2',
  );
});
