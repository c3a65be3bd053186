/** Loaded into a process by `--import`: writes its peak memory, in bytes, to the file PEAK_MEMORY_FILE. */
import { writeFileSync } from 'node:fs';

process.once('exit', () => {
  const file = process.env['PEAK_MEMORY_FILE'];
  // Linux and macOS use different units in this system call; node converts both to kibibytes.
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS * 1024));
});
