/** The editors that show a file of a pond as rows: for files that are tables alone, and next to the text of others. */
export const tableEditor = 'pond.table';
export const textTableEditor = 'pond.textTable';
