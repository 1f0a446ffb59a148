/** Runs the generator's worker from its TypeScript source, so that unit tests need no build. */
import { register } from 'tsx/esm/api';

register();
await import('../../src/completion/generatorWorker.ts');
