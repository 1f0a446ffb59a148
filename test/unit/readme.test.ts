import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** As the addresses of GitHub and VS Code name them. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('README', () => {
  it('has the commands and settings of package.json in its tables', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/readmeTables.mjs', '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  });

  it('names the keys of macOS where they are others', () => {
    const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly contributes: {
        readonly keybindings: readonly { readonly key: string; readonly mac?: string }[];
      };
    };
    for (const { key, mac = key } of contributes.keybindings) {
      assert.ok(readme.includes(mac === key ? `\`${key}\`` : `\`${key}\`, on macOS \`${mac}\``), key);
    }
  });

  it('links only to files and headings that are there', () => {
    const targets = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target]) => target);
    assert.ok(targets.some((target) => target.startsWith('#')));
    for (const target of targets) {
      const [file, heading] = target.split('#');
      const path = join(root, file === '' ? 'README.md' : file);
      assert.ok(existsSync(path), target);
      if (heading !== undefined) {
        assert.ok(headingsOf(readFileSync(path, 'utf8')).includes(heading), target);
      }
    }
  });
});
