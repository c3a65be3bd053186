import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { draftOf } from '../../server/src/migrate/watertownDrafts.ts';

const draft = (config: string, path = '/node', known = new Map<string, string>()): ReturnType<typeof draftOf> =>
  draftOf({ path, factory: 'remote', config }, known);

describe('drafts of settings', () => {
  for (const [form, config] of Object.entries({
    'between braces': 'remote: { client_secret: s3cret, url: x }\n',
    'as JSON': '{"remote": {"client_secret": "s3cret"}}\n',
    'in a block': 'client_secret: |\n  s3cret\n  s3cret\n',
    'on the next line': 'client_secret:\n  s3cret\n',
    'with a quoted key and a tag': '"client_secret" : !!str s3cret\n',
    'with an explicit key': '? client_secret\n: s3cret\n',
    'in a list': 'tokens:\n  - s3cret\n  - other-s3cret\n',
    'below its key': 'credentials: { user: me, value: s3cret }\n',
    'by an alias': 'token: &a s3cret\na_password: *a\n',
    'in a URL': 'endpoint: https://me:s3cret@host/path\n',
    'in a comment': 'url: x # client_secret: s3cret\n',
    'in settings that are not YAML': 'client_secret: [s3cret\n',
  })) {
    it(`have no secret that is written ${form}`, () => {
      assert.ok(!draft(config).text.includes('s3cret'), draft(config).text);
    });
  }

  it('keep references and everything else', () => {
    const config = 'url: s3://bucket\nsecret_key: ${env:KEY}\nretries: 3\nlist:\n  - true\n  - null\n';
    const { text, variables } = draft(config);
    assert.ok(text.endsWith(config), text);
    assert.deepEqual(variables, []);
  });

  it('refer to different secrets by different variables, also of different nodes', () => {
    const known = new Map<string, string>();
    const names = ['a', 'b', 'a'].map((secret) => draft(`api_key: ${secret}\n`, '/node', known).variables);
    assert.deepEqual(names, [['API_KEY'], ['API_KEY_2'], ['API_KEY']]);
  });

  it('have nothing but a comment of a path with line breaks', () => {
    const { text } = draft('url: x\n', '/a\rspec: b\u2028c: d');
    assert.match(text, /^# The remote at \/a\\rspec: b\\u2028c: d of a Watertown pond\.\n/);
  });
});
