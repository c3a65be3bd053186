/**
 * Documents that may declare resources, as a selector of the editor: on the host, in a pond, and new ones that are not
 * saved yet.
 */
export const resourceDocuments = ['file', 'pond', 'untitled'].map((scheme) => ({ language: 'yaml', scheme }));
