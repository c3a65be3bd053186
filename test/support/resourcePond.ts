import { type TestContext } from 'node:test';
import { lazy } from '../../server/src/base/lazy.ts';
import { initPond } from './pond.ts';
import { type StoredNodes } from '../../server/src/pond/types.ts';
import { type Builder } from '../../server/src/sandbox/build.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { type Cache, createPondCache } from '../../server/src/storage/cache.ts';
import { createMaterializer } from '../../server/src/materialize/createMaterializer.ts';
import { DerivedLayer } from '../../server/src/resources/tree/derivedLayer.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { temporaryFolder } from './folder.ts';
import './userCache.ts';

/** The layer of a pond whose derived files are made by this builder, and kept in the cache. */
export function derivedLayer(
  builder: () => Builder,
  cacheOf: (stored: StoredNodes) => Cache = createPondCache,
): (stored: StoredNodes) => DerivedLayer {
  return (stored) =>
    new DerivedLayer(stored, createMaterializer({ cache: cacheOf(stored), builder, isTrusted: () => true }));
}

/** The layer of a pond with a builder of its own, which ends with the test. */
export function resourceLayer(t: TestContext): (stored: StoredNodes) => DerivedLayer {
  const builder = lazy(createBuilder);
  t.after(() => builder().close());
  return derivedLayer(builder);
}

/** A new pond in a folder of its own; both are gone when the test ends. */
export async function newResourcePond(t: TestContext): Promise<ResourcePond> {
  const pond = await initPond(temporaryFolder(t), { layer: resourceLayer(t) });
  t.after(() => pond.close());
  return pond;
}

/** Stages a document in a home of its own, with the link by its name; answers the home. */
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
