import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenize } from '../../server/src/base/sqlTokens.ts';

function check(name: string, sql: string, expected: string): void {
  test(name, () => {
    const shown = tokenize(sql).map(({ kind, text, start }) => `${kind}:${text}@${start}`);
    assert.equal(shown.join(' '), expected);
  });
}

check(
  'words are in upper case, other characters stand alone',
  'select a_1+é;',
  'word:SELECT@0 word:A_1@7 symbol:+@10 word:É@11 symbol:;@12',
);
check('comments of both kinds are left out, nested ones too', '-- a;\n/* b /* ; */ c */x', 'word:X@23');
check('a comment that does not end takes the rest', 'x /* y', 'word:X@0');
check('quotes are doubled inside names and strings', `"a""b" 'c''d'`, `identifier:a"b@0 string:c'd@7`);
check(
  'a semicolon in a string is part of it',
  `';' E'\\';' $$;$$ $t$;$$;$t$`,
  "string:;@0 string:\\';@4 string:;@11 string:;$$;@17",
);
check('a quote that does not end is a symbol', `'x`, `symbol:'@0 word:X@1`);
check('nothing but white space has no tokens', ' \n\t', '');
