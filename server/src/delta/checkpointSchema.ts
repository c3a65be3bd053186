import { type SchemaElement } from 'hyparquet';

/** Parquet schema of a classic checkpoint: one optional struct for each action, with the fields used here. */
export const checkpointSchema: readonly SchemaElement[] = [
  { name: 'root', num_children: 5 },
  ...struct('txn', text('appId'), primitive('version', 'INT64'), primitive('lastUpdated', 'INT64')),
  ...struct(
    'add',
    text('path'),
    textMap('partitionValues'),
    primitive('size', 'INT64'),
    primitive('modificationTime', 'INT64'),
    primitive('dataChange', 'BOOLEAN'),
    text('stats'),
    textMap('tags'),
  ),
  ...struct(
    'remove',
    text('path'),
    primitive('deletionTimestamp', 'INT64'),
    primitive('dataChange', 'BOOLEAN'),
    textMap('partitionValues'),
    primitive('size', 'INT64'),
  ),
  ...struct(
    'metaData',
    text('id'),
    text('name'),
    text('description'),
    struct('format', text('provider'), textMap('options')),
    text('schemaString'),
    textList('partitionColumns'),
    textMap('configuration'),
    primitive('createdTime', 'INT64'),
  ),
  ...struct(
    'protocol',
    primitive('minReaderVersion', 'INT32'),
    primitive('minWriterVersion', 'INT32'),
    textList('readerFeatures'),
    textList('writerFeatures'),
  ),
];

/** The top columns, in the order of the schema. */
export const checkpointColumns = ['txn', 'add', 'remove', 'metaData', 'protocol'] as const;

function primitive(name: string, type: 'BOOLEAN' | 'INT32' | 'INT64'): readonly SchemaElement[] {
  return [{ name, type, repetition_type: 'OPTIONAL' }];
}

function text(name: string): readonly SchemaElement[] {
  return [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }];
}

function struct(name: string, ...fields: (readonly SchemaElement[])[]): readonly SchemaElement[] {
  return [{ name, repetition_type: 'OPTIONAL', num_children: fields.length }, ...fields.flat()];
}

function textList(name: string): readonly SchemaElement[] {
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...text('element'),
  ];
}

function textMap(name: string): readonly SchemaElement[] {
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'MAP' },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    { name: 'key', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    ...text('value'),
  ];
}
