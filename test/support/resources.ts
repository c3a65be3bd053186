import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { type Resource } from '../../server/src/resources/model/kind.ts';
import { resourceOf } from '../../server/src/resources/readResource.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';

/** The resources of a text of documents without errors, with UUIDs of their own. */
export function resourcesOf(text: string): readonly Resource[] {
  return readResourceFile(text, resourceKinds).map((document) => {
    const errors = document.problems.filter(({ severity }) => severity === 'error');
    assert.deepEqual(errors, []);
    const resource = resourceOf(document, { id: randomUUID(), modifiedUs: 0 });
    assert.ok(resource !== undefined);
    return resource;
  });
}
