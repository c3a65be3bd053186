import { type SandboxSettings } from './sandbox.ts';

/** A format that DuckDB does not read, whose files are converted to Parquet first. */
export type ConvertedFormat = 'arrow' | 'xlsx';

/** A file to convert to Parquet. */
export interface Conversion {
  readonly format: ConvertedFormat;
  /** Host path of the file. */
  readonly file: string;
  /** Name of the file in errors. */
  readonly pondPath: string;
  /** Name of the sheet of a workbook; undefined for its only one. */
  readonly sheet?: string;
  /** Host path of the Parquet file to write. */
  readonly target: string;
}

/** Converts a file to Parquet. Errors as convertArrow and convertXlsx, which load when first used. */
export async function convertToParquet(
  settings: SandboxSettings,
  conversion: Conversion,
  signal: AbortSignal,
): Promise<void> {
  if (conversion.format === 'arrow') {
    const { convertArrow } = await import('./arrow.ts');
    await convertArrow(settings, conversion, signal);
  } else {
    const { convertXlsx } = await import('./xlsx/convertXlsx.ts');
    await convertXlsx(settings, conversion, signal);
  }
}
