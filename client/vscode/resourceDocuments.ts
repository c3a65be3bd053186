/**
 * Document selector of the editor for documents that may declare resources: on the host, in a pond, and new ones not
 * saved yet.
 */
export const resourceDocuments = ['file', 'pond', 'untitled'].map((scheme) => ({ language: 'yaml', scheme }));
