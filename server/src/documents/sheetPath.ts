/** A path or pattern of workbooks, with the name of one of their sheets. */
interface SheetPath {
  readonly path: string;
  /** Undefined when none is named: the only sheet. */
  readonly sheet?: string;
}

/** Splits a path or pattern after a workbook and its version, as in `/a.xlsx@2#Sheet1`. */
export function splitSheet(name: string): SheetPath {
  const [, path = name, sheet] = /^(.*?\.xlsx(?:@[^/#@]+)?)#([^/]+)$/is.exec(name) ?? [];
  return { path, ...(sheet !== undefined && { sheet }) };
}
