/** `npm run test:large`: what needs a large model, which is fetched first. */
import { installForTests } from './llama.mjs';
import { exitWith, root, run, setUp } from './setup.mjs';

try {
  await setUp();
  await installForTests({ model: true });
  const mocha = [
    'node_modules/mocha/bin/mocha.js',
    '--no-config',
    '--node-option',
    'import=tsx',
    '--forbid-only',
  ];
  await run(process.execPath, [...mocha, 'test/large/**/*.test.ts'], { cwd: root });
} catch (error) {
  exitWith(error);
}
