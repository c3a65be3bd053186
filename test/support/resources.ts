import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { entryOf, textOf } from '../../server/src/documents/yamlNode.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { type Resource } from '../../server/src/resources/model/kind.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';

/** The resources of a text of documents without errors, with UUIDs of their own. */
export function resourcesOf(text: string): readonly Resource[] {
  return readResourceFile(text, resourceKinds).map(({ root, kind, problems }) => {
    const errors = problems.filter(({ severity }) => severity === 'error');
    assert.deepEqual(errors, []);
    const spec = entryOf(root, 'spec')?.value;
    assert.ok(root !== undefined && kind !== undefined && spec?.type === 'map');
    const [name = '', desc = ''] = [textOf(root, 'name'), textOf(root, 'desc')];
    return { kind, id: randomUUID(), name, desc, root, spec, text, modifiedUs: 0 };
  });
}
