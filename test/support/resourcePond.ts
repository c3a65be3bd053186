import { type TestContext } from 'node:test';
import { lazy } from '../../server/src/base/lazy.ts';
import { initPond } from '../../server/src/pond/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { createPondCache } from '../../server/src/storage/cache.ts';
import { createMaterializer } from '../../server/src/materialize/createMaterializer.ts';
import { type ResourcePond, withResources } from '../../server/src/resources/tree/resourcePond.ts';
import { temporaryFolder } from './folder.ts';
import './userCache.ts';

/** The pond with its derived files. Its builder ends with the test. */
export function openResourcePond(t: TestContext, pond: Pond): ResourcePond {
  const builder = lazy(createBuilder);
  t.after(() => builder().close());
  return withResources(pond, createMaterializer({ cache: createPondCache(pond), builder, isTrusted: () => true }));
}

/** A new pond in a folder of its own; both are removed when the test ends. */
export async function newResourcePond(t: TestContext): Promise<ResourcePond> {
  const pond = await initPond(temporaryFolder(t));
  t.after(() => pond.close());
  return openResourcePond(t, pond);
}

/** Stages a document in a resource directory of its own, with the link by its name; returns the resource directory. */
export async function stageResource(pond: ResourcePond, id: string, document: string): Promise<string> {
  const [, kind = ''] = /^kind: *(\w+)/m.exec(document) ?? [];
  const [, name = ''] = /^name: *([\w-]+)/m.exec(document) ?? [];
  const root = await pond.fs.root();
  const home = `/${kind}/${id}`;
  await root.createDirectory(home, { parents: true });
  await root.writeFile(`${home}/resource.yaml`, Buffer.from(document));
  if (!(await root.exists(`/${kind}/${name}`))) await root.createSymlink(`/${kind}/${name}`, id);
  return home;
}
