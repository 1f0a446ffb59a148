import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS, type Setting } from '../../../src/editor/settings';
import { DEFAULT_ENABLEMENT } from '../../../src/editor/enablement';
import { parseLanguageModel } from '../../../src/editor/languageModelSetting';
import { parseMaskedModel } from '../../../src/editor/maskedModelSetting';
import { LEFT_OUT_REASONS } from '../../../src/trainer/corpus/leftOutReason';
import { foreignTexts } from '../../support/foreignTexts';
import { inEnglish } from '../../../src/editor/translate';
import { translatedTexts } from '../../support/translatedTexts';

const root = join(__dirname, '..', '..', '..');
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

interface Property {
  readonly type: string | string[];
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly scope: string;
}
interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly menus: Record<string, readonly { readonly command: string; readonly when: string }[]>;
    readonly keybindings: readonly { readonly command: string; readonly key: string }[];
    readonly configuration: readonly { readonly properties: Record<string, Property> }[];
  };
}

const manifestText = readFileSync(join(root, 'package.json'), 'utf8');
const extension = readFileSync(join(root, 'src/extension.ts'), 'utf8');
const manifest = JSON.parse(manifestText) as Manifest;
const english = readJson('package.nls.json') as Record<string, string>;
const chinese = readJson('package.nls.zh-cn.json') as Record<string, string>;
const bundle = readJson('l10n/bundle.l10n.zh-cn.json') as Record<string, string>;
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\d\}/g))].sort();

function sources(): { path: string; text: string }[] {
  return ['src/editor', 'src/commands', 'src/completion']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((path) => path.endsWith('.ts'))
    .concat('src/extension.ts')
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

describe('the texts of the manifest', () => {
  it('are all there in English and in Chinese, and none is left over', () => {
    const used = [...manifestText.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(english).sort());
    assert.deepEqual(Object.keys(chinese), Object.keys(english));
  });
});

describe('the texts that the extension shows', () => {
  const found = sources().map(({ path, text }) => ({ path, ...translatedTexts(path, text) }));
  const shown = new Set<string>([
    ...found.flatMap(({ texts }) => texts),
    ...Object.values(LEFT_OUT_REASONS),
    ...foreignTexts,
  ]);

  it('are written out in the code, so that a translator finds them', () => {
    const computed = found.flatMap(({ path, computed: calls }) => calls.map((call) => `${path}: ${call}`));
    assert.deepEqual(computed, ['src/editor/planTexts.ts: t(LEFT_OUT_REASONS[reason as LeftOutReason])']);
  });

  it('are all translated into Chinese, and no translation is left over', () => {
    assert.deepEqual(
      [...shown].filter((text) => !(text in bundle)),
      [],
    );
    assert.deepEqual(
      Object.keys(bundle).filter((text) => !shown.has(text)),
      [],
    );
  });

  it('keep their placeholders in translation', () => {
    for (const [text, translation] of Object.entries(bundle)) {
      assert.deepEqual(placeholders(translation), placeholders(text), text);
    }
  });
});

describe('the commands of the manifest', () => {
  const commands = manifest.contributes.commands.map(({ command }) => command);

  it('are those that the extension registers', () => {
    const registered = /const COMMANDS = \{(.*?)^\}/ms.exec(
      readFileSync(join(root, 'src/commands/registerCommands.ts'), 'utf8'),
    )![1];
    const names = [...registered.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => `understudy.${name}`);
    assert.deepEqual([...commands].sort(), names.sort());
  });

  it('are the only ones that menus and keys name, and Tab is never bound', () => {
    const { menus, keybindings } = manifest.contributes;
    for (const { command } of [...Object.values(menus).flat(), ...keybindings]) {
      assert.ok(commands.includes(command), command);
    }
    assert.ok(keybindings.every(({ key }) => !key.includes('tab')));
  });

  it('offer to remove only what is installed', () => {
    const folders = [...extension.matchAll(/stored\('(\w+)'\),/g)].map(([, folder]) => folder);
    const offered = manifest.contributes.menus['commandPalette']
      .filter(({ command }) => command.startsWith('understudy.remove'))
      .map(({ when }) => when);
    assert.deepEqual(
      offered,
      folders.map((folder) => `understudy.installed.${folder}`),
    );
    assert.equal(offered.length, commands.filter((name) => name.startsWith('understudy.remove')).length);
  });
});

describe('the settings of the manifest', () => {
  const properties = Object.assign(
    {},
    ...manifest.contributes.configuration.map((group) => group.properties),
  ) as Record<string, Property>;

  it('are those that the code reads', () => {
    const names = ['enable', 'languageModel', 'maskedModel', ...Object.keys(SETTINGS)].map(
      (name) => `understudy.${name}`,
    );
    assert.deepEqual(Object.keys(properties).sort(), names.sort());
  });

  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    it(`give understudy.${name} the default and the range of the code`, () => {
      const property = properties[`understudy.${name}`];
      assert.equal(property.default, setting.default);
      if (setting.kind === 'number' || setting.kind === 'seed') {
        assert.deepEqual([property.minimum, property.maximum], [setting.minimum, setting.maximum]);
      }
      if (setting.kind === 'number') {
        assert.equal(property.type, setting.integer ? 'integer' : 'number');
      }
      if (setting.kind === 'choice') {
        assert.deepEqual(property.enum, setting.choices);
      }
    });
  }

  it('let no workspace choose the language model or the masked model, nor where text is sent', () => {
    const { 'understudy.languageModel': language, 'understudy.maskedModel': masked } = properties;
    assert.deepEqual([language.scope, masked.scope], ['machine', 'machine']);
    assert.equal(parseLanguageModel(inEnglish, language.default), null);
    assert.equal(parseMaskedModel(inEnglish, masked.default), null);
  });

  it('give understudy.enable the default of the code', () => {
    assert.deepEqual(properties['understudy.enable'].default, DEFAULT_ENABLEMENT);
  });
});
