import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly contributes: {
    readonly keybindings: readonly { readonly command: string; readonly when: string }[];
  };
}

describe('the key that accepts a word of a suggestion', () => {
  it('moves by a word where a screen reader reads along, as that of VS Code does', () => {
    const manifest = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as Manifest;
    const binding = manifest.contributes.keybindings.find(
      ({ command }) => command === 'understudy.acceptWord',
    );
    assert.ok(binding!.when.split(' && ').includes('!accessibilityModeEnabled'), binding!.when);
  });
});
