import { type Conversion } from './conversion.ts';
import { type SandboxSettings } from './sandbox.ts';

/** Converts a file to Parquet. Errors as those of the conversions, which load when first used. */
export async function convertToParquet(
  settings: SandboxSettings,
  conversion: Conversion,
  signal: AbortSignal,
): Promise<void> {
  switch (conversion.format) {
    case 'arrow': {
      const { convertArrow } = await import('./arrow/arrow.ts');
      return await convertArrow(settings, conversion, signal);
    }
    case 'xlsx': {
      const { convertXlsx } = await import('./xlsx/convertXlsx.ts');
      return await convertXlsx(settings, conversion, signal);
    }
    case 'joined': {
      const { convertJoined } = await import('./convertJoined.ts');
      return await convertJoined(settings, conversion, signal);
    }
    case 'parquet': {
      const { convertParquet } = await import('./convertParquet.ts');
      return await convertParquet(settings, { durations: [], ...conversion }, signal);
    }
  }
}
