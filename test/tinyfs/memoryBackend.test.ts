import { MemoryBackend } from '../../server/src/tinyfs/memoryBackend.ts';
import { runBackendContract } from '../contracts/backend.ts';

runBackendContract('memory backend', () => Promise.resolve({ backend: new MemoryBackend(), dispose: () => undefined }));
