/**
 * Loaded into a process by `--import`: writes the most memory that it ever held, bytes, to the file PEAK_MEMORY_FILE.
 */
import { writeFileSync } from 'node:fs';

process.once('exit', () => {
  const file = process.env['PEAK_MEMORY_FILE'];
  // Linux and macOS disagree about the unit of the system's call; node makes kibibytes of both.
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS * 1024));
});
