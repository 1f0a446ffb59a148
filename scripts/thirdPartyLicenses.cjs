/** A plugin of webpack: writes the licenses of all packages that are bundled to one file, as most demand where they are passed on. */
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { Compilation, sources } = require('webpack');

const name = 'ThirdPartyLicenses';

module.exports = class ThirdPartyLicenses {
  constructor(filename) {
    this.filename = filename;
  }

  apply(compiler) {
    compiler.hooks.thisCompilation.tap(name, (compilation) => {
      const stage = Compilation.PROCESS_ASSETS_STAGE_ADDITIONAL;
      compilation.hooks.processAssets.tap({ name, stage }, () => {
        const entries = [...bundledPackages(compilation)].sort().map(licenseOf);
        compilation.emitAsset(this.filename, new sources.RawSource(entries.join(`\n${'-'.repeat(80)}\n\n`)));
      });
    });
  }
};

/** The folders of the packages that any bundle has a module of. */
function bundledPackages({ modules }) {
  const folders = new Set();
  for (const whole of modules) {
    // A module may be several in one.
    for (const { resource } of whole.modules ?? [whole]) {
      const folder = /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(resource ?? '')?.[0];
      if (folder !== undefined && existsSync(join(folder, 'package.json'))) {
        folders.add(folder);
      }
    }
  }
  return folders;
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0) {
    texts.push(
      `The package has no file of its license; the text of ${license} stands here at other packages.`,
    );
  }
  return `${name} ${version}: ${license}\n\n${texts.join('\n\n')}\n`;
}
