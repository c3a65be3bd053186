import { type Conversion } from './conversion.ts';
import { type SandboxSettings } from './sandbox.ts';

/** Converts a file to Parquet. Errors as convertArrow and convertXlsx, which load when first used. */
export async function convertToParquet(
  settings: SandboxSettings,
  conversion: Conversion,
  signal: AbortSignal,
): Promise<void> {
  if (conversion.format === 'arrow') {
    const { convertArrow } = await import('./arrow/arrow.ts');
    await convertArrow(settings, conversion, signal);
  } else {
    const { convertXlsx } = await import('./xlsx/convertXlsx.ts');
    await convertXlsx(settings, conversion, signal);
  }
}
