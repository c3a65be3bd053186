import { type ValuePath } from '../../../documents/yamlNode.ts';
import { type Resource } from '../../model/kind.ts';
import { type TemplateCollection, type TemplateSpec } from './spec.ts';

/** A collection of a Template. */
export interface CollectionRef {
  readonly resource: Resource<TemplateSpec>;
  readonly collection: TemplateCollection;
  /** 0-based, in the document. */
  readonly index: number;
}

/** Returns the collections of a Template. */
export function collectionsOf(resource: Resource<TemplateSpec>): readonly CollectionRef[] {
  return resource.spec.collections.map((collection, index) => ({ resource, collection, index }));
}

/** Returns the path in the `spec` of a key of a collection. */
export function pathOf({ index }: CollectionRef, key: keyof TemplateCollection): ValuePath {
  return ['collections', index, key];
}

/** Returns the template; empty if the document still names a host file, as only applying replaces it by its content. */
export function templateOf({ collection }: CollectionRef): string {
  return collection.template ?? '';
}
