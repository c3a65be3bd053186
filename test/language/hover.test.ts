import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanguageService } from '../../server/src/language/index.ts';
import { caret } from './caret.ts';

const service = createLanguageService();
const reduce = `apiVersion: v
kind: Reduce
name: n
desc: d
metadata:
  owner: me
spec:
  collections:
    - name: c
      resolutions: [1h]
`;

/** Checks the hover at the caret: its text, and the range that it describes. */
function check(name: string, marked: string, expected: { readonly about: string; readonly says: RegExp }): void {
  test(name, () => {
    const { text, position } = caret(marked);
    const hover = service.hover(text, position);
    assert.ok(hover !== undefined);
    const { start, end } = hover.range;
    assert.equal(text.split('\n')[start.line]?.slice(start.character, end.character), expected.about);
    assert.match(hover.contents.value, expected.says);
  });
}

function checkNothing(name: string, marked: string): void {
  test(name, () => {
    const { text, position } = caret(marked);
    assert.equal(service.hover(text, position), undefined);
  });
}

check('a key of every document', reduce.replace('desc', 'de|>sc'), { about: 'desc', says: /in a sentence for people/ });
check('a key of a list item', reduce.replace('resolutions', 'resol|>utions'), {
  about: 'resolutions',
  says: /time buckets[\s\S]*a list, required[\s\S]*Example: `\[1h, 1d, 1 month\]`/,
});
check('the end of a key belongs to the key', reduce.replace('name: c', 'name|>: c'), {
  about: 'name',
  says: /collection/,
});
check('a kind', reduce.replace('Reduce', 'Red|>uce'), {
  about: 'Reduce',
  says: /downsamples[\s\S]*```yaml\napiVersion/,
});
check('a type of entry', 'kind: Scribble\nname: n\nspec:\n  probs:\n    Ta|>ble: 1\n', {
  about: 'Table',
  says: /`table`/,
});
check('a key while another line is broken', reduce.replace('desc: d', 'desc: "d').replace('name: n', 'na|>me: n'), {
  about: 'name',
  says: /Name of the resource/,
});

checkNothing('a value that says all there is', reduce.replace('[1h]', '[1|>h]'));
checkNothing('a key of the user', reduce.replace('owner', 'ow|>ner'));
checkNothing('a key that is not known', reduce.replace('resolutions', 'resolu|>ciones'));
checkNothing('an unknown kind', reduce.replace('Reduce', 'Reduc|>tion'));
checkNothing('an empty line', `${reduce}\n|>\n`);
checkNothing('a file of another program', 'name: bui|>ld\non: push\n');
