import type * as nodeApi from '@duckdb/node-api';
import { PondError } from '../base/error.ts';
import { lazyAsync } from '../base/lazy.ts';

/** DuckDB's own module. */
type NativeModule = typeof nodeApi;

/**
 * Loads DuckDB on first use: it takes a fifth of a second, and most commands do not need it. Fails `engine-unavailable`
 * with the reason: no build for this machine, a system library too old, a damaged install.
 */
export const loadNative: () => Promise<NativeModule> = lazyAsync(async () => {
  try {
    // A CommonJS package: in a bundle, only its default export has all the names.
    const { default: native } = (await import('@duckdb/node-api')) as unknown as { readonly default: NativeModule };
    return native;
  } catch (error) {
    throw nativeLoadError(error);
  }
});

/** Returns the error for a native module that cannot be loaded, with the reason and a hint. */
export function nativeLoadError(cause: unknown): PondError {
  // Node's later lines are the files of ours that asked for the module.
  const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return new PondError('engine-unavailable', `DuckDB could not be loaded: ${reason}`, { cause, hint: hintFor(reason) });
}

function hintFor(reason: string): string {
  const machine = `${process.platform}-${process.arch}`;
  if (/GLIBC|libstdc\+\+|version `/.test(reason)) {
    return `The C library of this system is older than DuckDB's build for ${machine} needs. Queries need a newer system.`;
  }
  if (/Cannot find (module|package)|ERR_MODULE_NOT_FOUND/.test(reason)) {
    return `DuckDB's build for ${machine} is not installed. Install again on this machine, or take the package for it.`;
  }
  return `Queries need DuckDB's build for ${machine}. All that needs no query goes on working.`;
}
