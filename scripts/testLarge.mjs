/** `npm run test:large`: tests that need a large model, which is fetched first, or the packaged extension. */
import { installForTests } from './llama.mjs';
import { installLlamaServer } from './llamaServer.mjs';
import { exitWith, npm, run, setUp } from './setup.mjs';
import { prepareBrowser } from './vscode/prepareBrowser.mjs';
import { unsupportedReason } from './vscode/release.mjs';

try {
  await setUp();
  await installForTests({ model: true });
  await installLlamaServer().catch(({ message }) => {
    process.stderr.write(
      `\n!!! SKIPPED: what needs a real server (test/large/realServer.test.ts). ${message}\n\n`,
    );
  });
  if (unsupportedReason() === null) {
    await prepareBrowser().catch(({ message }) => {
      process.stderr.write(
        `\n!!! The browser could not be fetched whose GPU in software WebGPU is tested on (test/large/packagedWebgpu.test.ts), which is skipped unless this machine has one of its own. ${message}\n\n`,
      );
    });
  }
  await npm(['run', 'package', '--', '--out', '.cache/understudy.vsix'], { quiet: true });
  const mocha = [
    'node_modules/mocha/bin/mocha.js',
    '--no-config',
    '--node-option',
    'import=tsx',
    '--forbid-only',
  ];
  await run(process.execPath, [...mocha, 'test/large/**/*.test.ts']);
} catch (error) {
  exitWith(error);
}
