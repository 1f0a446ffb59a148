/** `npm run bench -- [quality|latency|speed|cost|all]`: all set-up, then bench/main.ts on what was just built. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { exitWith, root, setUp } from './setup.mjs';

try {
  await setUp();
  await build();
} catch (error) {
  exitWith(error);
}
const bench = spawn(
  process.execPath,
  ['--import', 'tsx', join(root, 'bench', 'main.ts'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
// The terminal sends Ctrl+C to the bench as well, which ends by itself.
process.on('SIGINT', () => {});
bench.on('error', exitWith);
bench.on('close', (status) => {
  process.exitCode = status ?? 1;
});
