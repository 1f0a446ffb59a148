/** Which folders and files are passed over: defaults, nested .gitignore, .understudyignore, VS Code's globs. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import picomatch from 'picomatch';
import { inTime } from '../../protocol/inTime';
import { realPath } from '../realPath';
import { decodeText } from './decodeText';
import { DEFAULT_IGNORES } from './fileNameRules';
import { composedName } from './folderEntry';
import { giveUp, isGivenUp } from './givenUpRules';
import type { LeftOutReason } from './leftOutReason';
import { readHead } from './readHead';

const OWN_RULES = '.understudyignore';
/** Git, and VS Code's search since 1.109, tell `Notes` from `notes` where the file system does. */
const ignoresCase = (): boolean => process.platform === 'win32' || process.platform === 'darwin';
/** Of a rule or a glob, in UTF-16 units. A longer one fits no path, and its regular expression may be too large to be made. */
const LONGEST_RULE = 4096;
/** A longer rule file is read up to here: in a foreign folder one may be a link to a device that never ends. */
const MAX_RULE_FILE_BYTES = 1024 * 1024;
/** Milliseconds without a single decision after which the rules are given up. One takes well under one; the rest is for a busy machine. */
const LONGEST = 1000;

interface RuleFile {
  readonly rules: Ignore;
  readonly text: string;
  /** The folder the patterns are relative to, relative to the root; '' or ending in '/'. */
  readonly base: string;
  /** For a rule file above the root: the root, relative to that folder; '' or ending in '/'. */
  readonly above: string;
}

/** What all rules of a scan have in common. */
interface Scope {
  /** Absolute path. */
  readonly root: string;
  readonly excludeGlobs: readonly string[];
  readonly matchesGlob: (path: string) => boolean;
  /** Whether they were given up: a pattern can be made that takes years. */
  isTooSlow: boolean;
}

/** What a file or folder is learned by, although other rules may leave it out: a pattern, or the name of this very file. */
type TakenBack = 'takenBack' | 'named';
type Decision = LeftOutReason | TakenBack | null;

/** Whether a file, relative to the root of a workspace folder, holds rules. */
export function isRuleFile(path: string): boolean {
  return /(^|\/)\.(gitignore|understudyignore)$/.test(path) || path === '.git/info/exclude';
}

export function isTakenBack(decision: Decision): decision is TakenBack {
  return decision === 'takenBack' || decision === 'named';
}

/** The rules that hold in one folder; those of deeper folders speak last and win. */
export class IgnoreRules {
  private constructor(
    private readonly scope: Scope,
    private readonly defaults: RuleFile,
    private readonly git: readonly RuleFile[],
    private readonly own: readonly RuleFile[],
  ) {}

  /**
   * The rules at a root folder, with those of the folders above it up to the repository's root.
   * @param root absolute path
   * @param excludeGlobs VS Code's globs, relative to the root
   */
  static async forRoot(root: string, excludeGlobs: readonly string[]): Promise<IgnoreRules> {
    const scope = { root, excludeGlobs, matchesGlob: matcherOf(excludeGlobs), isTooSlow: false };
    const defaults = { rules: ignore().add(DEFAULT_IGNORES), text: '', base: '', above: '' };
    const { git, own } = await rulesAbove(scope);
    return new IgnoreRules(scope, defaults, git, own).enter('', false);
  }

  /**
   * The rules inside a subfolder.
   * @param path relative to the root, '' or ending in '/'
   * @param takenBack whether .understudyignore re-included the folder, so that outer rules no longer apply to it
   */
  async enter(path: string, takenBack: boolean): Promise<IgnoreRules> {
    const { root } = this.scope;
    const git = await readRules(join(root, path, '.gitignore'), path);
    const own = await readRules(join(root, path, OWN_RULES), path);
    return new IgnoreRules(
      this.scope,
      takenBack ? { ...this.defaults, base: path } : this.defaults,
      [...(takenBack ? [] : this.git), ...git],
      [...this.own, ...own],
    );
  }

  /**
   * By entry, why it is passed over, `takenBack` when .understudyignore includes what other rules leave out, `named` when it does so by
   * the whole path of a file, or null when nothing speaks against it.
   * @param paths relative to the root; a folder ends in '/'
   */
  decideAll(paths: readonly string[]): readonly Decision[] {
    const decisions: Decision[] = [];
    const goOn = () => {
      while (decisions.length < paths.length) {
        decisions.push(this.decide(paths[decisions.length]));
      }
    };
    for (let inVain = 0; !this.scope.isTooSlow;) {
      const before = decisions.length;
      if (inTime(LONGEST, goOn)) {
        return decisions;
      }
      inVain = decisions.length > before ? 0 : inVain + 1;
      // Once may be, as the machine may have slept meanwhile.
      if (inVain > 1) {
        this.scope.isTooSlow = true;
        giveUp(this.keyFor(paths[decisions.length]));
      }
    }
    return paths.map(() => 'slowRules');
  }

  private keyFor(path: string): string {
    const { root, excludeGlobs } = this.scope;
    return keyOf([...this.git, ...this.own], [root, path, ...excludeGlobs]);
  }

  private decide(path: string): Decision {
    if (isGivenUp(() => this.keyFor(path))) {
      return 'slowRules';
    }
    if (this.scope.matchesGlob(path.replace(/\/$/, ''))) {
      return 'excludedBySettings';
    }
    const own = lastWord(this.own, path);
    if (own !== null) {
      return own === 'ignored' ? 'ignored' : isNamedIn(this.own, path) ? 'named' : 'takenBack';
    }
    if (lastWord(this.git, path) === 'ignored') {
      return 'ignored';
    }
    return lastWord([this.defaults], path) === 'ignored' ? 'dependencyOrBuild' : null;
  }
}

/** Identifies rules, and what was asked of them. */
function keyOf(files: readonly RuleFile[], others: readonly string[]): string {
  const known = [files.map(({ text, base }) => [text, base]), others];
  return createHash('sha256').update(JSON.stringify(known)).digest('base64');
}

/** Whether a path fits any of the globs; made when it is first asked, as that may take long, too. */
function matcherOf(excludeGlobs: readonly string[]): (path: string) => boolean {
  const globs = excludeGlobs.filter(({ length }) => length <= LONGEST_RULE);
  let matches: ((path: string) => boolean) | null = globs.length > 0 ? null : () => false;
  return (path) => {
    matches ??= picomatch(globs.map(asPicomatchGlob), {
      dot: true,
      nocase: ignoresCase(),
      windows: process.platform === 'win32',
    });
    return matches(path);
  };
}

/**
 * VS Code's globs know `*`, `**`, `?`, `{}`, `[]` and `[!]`; what picomatch reads beside them, such as groups and negation, stands
 * for itself there. A slash at the end of a folder's name is passed over.
 */
function asPicomatchGlob(glob: string): string {
  return glob
    .replace(/\/$/, '')
    .replaceAll('[!', '[^')
    .replace(/[()|"!@+]/g, '\\$&');
}

function lastWord(files: readonly RuleFile[], path: string): 'ignored' | 'unignored' | null {
  for (const { rules, base, above } of files.toReversed()) {
    const { ignored, unignored } = rules.test(above + path.slice(base.length));
    if (ignored || unignored) {
      return ignored ? 'ignored' : 'unignored';
    }
  }
  return null;
}

/** Whether a rule takes back a file by its whole path from the folder of the rules on, so that no pattern does so by chance. */
function isNamedIn(files: readonly RuleFile[], path: string): boolean {
  return files.some(({ text, base, above }) => {
    const below = above + path.slice(base.length);
    // Brackets and the like in a name are written with a backslash before them.
    const lines = text.split('\n').map((line) => line.trimEnd().replace(/\\(.)/g, '$1'));
    return lines.includes(`!${below}`) || lines.includes(`!/${below}`);
  });
}

/** A rule file that is absent, unreadable or no ordinary file says nothing. */
async function readRules(file: string, base: string, above = ''): Promise<RuleFile[]> {
  const head = await readHead(file, MAX_RULE_FILE_BYTES);
  if (head.kind === 'leftOut') {
    return [];
  }
  const { bytes } = head;
  // PowerShell writes UTF-16, in which no rule would be recognised.
  const decoded = decodeText(bytes);
  const text = decoded.kind === 'text' ? decoded.text : bytes.toString();
  const lines = text.split(/\r?\n/).filter(({ length }) => length <= LONGEST_RULE);
  const kept = lines.join('\n');
  return [{ rules: ignore({ ignorecase: ignoresCase() }).add(kept), text: kept, base, above }];
}

/** The rules of the folders above a root, outermost first, up to the root of its repository. */
async function rulesAbove(scope: Scope): Promise<{ git: RuleFile[]; own: RuleFile[] }> {
  const git: RuleFile[] = [];
  const own: RuleFile[] = [];
  for (const { path, above } of await ruleFilesAbove(scope.root)) {
    (basename(path) === OWN_RULES ? own : git).push(...(await readRules(path, '', above)));
  }
  return { git: unlessIgnoringRoot(scope, git), own: unlessIgnoringRoot(scope, own) };
}

/** None when they ignore the root as a whole: who opens an ignored folder means it. */
function unlessIgnoringRoot(scope: Scope, files: RuleFile[]): RuleFile[] {
  let isIgnored = false;
  const look = () => {
    isIgnored = files.some(({ rules, above }) => above !== '' && rules.test(above).ignored);
  };
  const key = () => keyOf(files, [scope.root]);
  if (isGivenUp(key)) {
    scope.isTooSlow = true;
  } else if (!inTime(LONGEST, look) && !inTime(LONGEST, look)) {
    scope.isTooSlow = true;
    giveUp(key());
  }
  return isIgnored ? [] : files;
}

/**
 * The files outside a root that may hold rules for it, outermost first; none when the root is not inside a repository; `above` is as
 * in {@link RuleFile}.
 */
async function ruleFilesAbove(opened: string): Promise<{ path: string; above: string }[]> {
  // A folder may be opened by a link, above which other rules lie.
  const root = await realPath(opened).catch(() => opened);
  const files: { path: string; above: string }[] = [];
  let above = '';
  for (let folder = root; ; folder = dirname(folder)) {
    if (folder !== root) {
      files.unshift({ path: join(folder, '.gitignore'), above }, { path: join(folder, OWN_RULES), above });
    }
    if (await exists(join(folder, '.git'))) {
      return [{ path: join(folder, '.git', 'info', 'exclude'), above }, ...files];
    }
    if (dirname(folder) === folder) {
      return [];
    }
    const name = folder.slice(dirname(folder).length).replace(/^[/\\]/, '');
    above = `${composedName(name)}/${above}`;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
