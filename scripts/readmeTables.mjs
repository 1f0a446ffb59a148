/**
 * Writes README.md's tables and its first figures: commands and settings from package.json, quality from docs/quality.json, so that
 * they always agree with the extension and its bench: `node scripts/readmeTables.mjs`. With --check, it only says whether they
 * are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';
import { measuredTables, savedSentence } from './measuredTables.mjs';
import { exitWith, root } from './setup.mjs';

const read = (name) => readFileSync(join(root, name), 'utf8');
const { contributes } = JSON.parse(read('package.json'));
const texts = JSON.parse(read('package.nls.json'));

/** The English text of a `%key%` of package.json, for a table cell; VS Code's links to settings become plain names. */
function inEnglish(key) {
  const text = texts[key.slice(1, -1)];
  if (text === undefined) {
    throw new Error(`package.nls.json lacks "${key.slice(1, -1)}", which package.json names.`);
  }
  return text.replaceAll(/`#([\w.]+)#`/g, '`$1`').replaceAll('|', '\\|');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function commandsTable() {
  const keys = new Map(
    contributes.keybindings.map(({ command, key, mac = key }) => [
      command,
      mac === key ? `\`${key}\`` : `\`${key}\`, on macOS \`${mac}\``,
    ]),
  );
  const rows = contributes.commands.map(({ command, title }) => [
    `Understudy: ${inEnglish(title)}`,
    keys.get(command) ?? '',
  ]);
  return table(['command', 'key'], rows);
}

function settingsTable() {
  const rows = contributes.configuration.flatMap(({ properties }) =>
    Object.entries(properties).map(([name, { default: value, minimum, maximum, ...rest }]) => [
      `\`${name}\``,
      `\`${JSON.stringify(value)}\``,
      rest.enum?.join(', ') ?? (minimum === undefined ? '' : `${minimum} to ${maximum}`),
      inEnglish(rest.markdownDescription),
    ]),
  );
  return table(['setting', 'default', 'values', 'what it does'], rows);
}

/** Replaces the text between `<!-- name -->` and `<!-- /name -->`. */
function fill(text, name, content) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`README.md lacks the marks ${start} and ${end}.`);
  }
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}

try {
  const present = read('README.md');
  const figures = JSON.parse(read('docs/quality.json'));
  let filled = fill(present, 'commands', commandsTable());
  filled = fill(filled, 'settings', settingsTable());
  filled = fill(filled, 'saved', savedSentence(figures));
  filled = fill(filled, 'measured', measuredTables(figures, table));
  const path = join(root, 'README.md');
  const wanted = await prettier.format(filled, {
    ...(await prettier.resolveConfig(path)),
    parser: 'markdown',
  });
  if (!process.argv.includes('--check')) {
    writeFileSync(path, wanted);
  } else if (wanted !== present) {
    throw new Error(
      'The tables of README.md differ from package.json or docs/quality.json; run "node scripts/readmeTables.mjs" to write them anew.',
    );
  }
} catch (error) {
  exitWith(error);
}
