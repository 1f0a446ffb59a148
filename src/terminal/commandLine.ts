/** How the terminal tool reads its arguments: each command declares its options once, for parsing and for --help. */
import { parseArgs } from 'node:util';

/** Wrong arguments; the message is for the user. Ends the tool with status 2. */
export class UsageError extends Error {}

interface OptionBase {
  /** One line for --help. */
  readonly help: string;
  /** What stands for the value in --help, e.g. `N`. */
  readonly value?: string;
  /** Whether the command cannot do without its value. */
  readonly required?: true;
}
export type OptionSpec =
  | (OptionBase & { readonly type: 'flag' })
  | (OptionBase & {
      readonly type: 'text';
      /** Whether an empty value says something, as it does in no path or name. */
      readonly mayBeEmpty?: boolean;
    })
  | (OptionBase & { readonly type: 'choice'; readonly choices: readonly string[] })
  | (OptionBase & {
      readonly type: 'number';
      readonly min: number;
      readonly max: number;
      readonly integer?: boolean;
    });

type GivenValue<Spec extends OptionSpec> = Spec['type'] extends 'number'
  ? number
  : Spec extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : string;

type ValueOf<Spec extends OptionSpec> = Spec['type'] extends 'flag'
  ? boolean
  : Spec extends { readonly required: true }
    ? GivenValue<Spec>
    : GivenValue<Spec> | undefined;

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: ValueOf<Specs[Name]>;
};

export interface Positionals {
  /** As shown in --help, e.g. `FOLDER`. */
  readonly names: readonly string[];
  readonly required: number;
}

function parseNumber(name: string, text: string, spec: Extract<OptionSpec, { type: 'number' }>): number {
  const value = text.trim() === '' ? NaN : Number(text);
  const whole = spec.integer === true;
  if (!(value >= spec.min && value <= spec.max) || (whole && !Number.isInteger(value))) {
    const kind = whole ? 'a whole number' : 'a number';
    const range = `from ${spec.min}${spec.max === Number.MAX_SAFE_INTEGER ? ' on' : ` to ${spec.max}`}`;
    throw new UsageError(`--${name} takes ${kind} ${range}, not "${text}".`);
  }
  return value;
}

interface OptionToken {
  readonly name: string;
  /** As it was typed, with its dashes. */
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** An option's value, empty for a flag. @throws UsageError when there is no such option, or it lacks its value */
function valueOf({ name, rawName, value, inlineValue }: OptionToken, specs: OptionSpecs): string {
  if (rawName !== `--${name}` || !Object.hasOwn(specs, name)) {
    throw new UsageError(`"${rawName}" is not an option here.`);
  }
  if (specs[name].type === 'flag') {
    if (value !== undefined) {
      throw new UsageError(`--${name} takes no value.`);
    }
    return '';
  }
  const isOption = value?.startsWith('--') === true && Object.hasOwn(specs, value.slice(2).split('=')[0]);
  if (value === undefined || (isOption && inlineValue !== true)) {
    throw new UsageError(`--${name} needs a value after it.`);
  }
  return value;
}

/**
 * Parses a command's arguments.
 * @throws UsageError that names the argument and what is allowed.
 */
export function parseCommandLine<const Specs extends OptionSpecs>(
  args: readonly string[],
  specs: Specs,
  positionals: Positionals,
): { options: OptionValues<Specs>; positionals: string[] } {
  // Not strict: Node would refuse a value that begins with a dash, such as a Markdown list to continue.
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(specs).map(([name, { type }]) => [
        name,
        { type: type === 'flag' ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
  });
  const given = new Map<string, string>();
  const places: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      places.push(token.value);
    } else if (token.kind === 'option') {
      given.set(token.name, valueOf(token, specs));
    }
  }
  if (places.length < positionals.required) {
    throw new UsageError(`${positionals.names[places.length]} is missing.`);
  }
  if (places.length > positionals.names.length) {
    throw new UsageError(`"${places[positionals.names.length]}" is one argument too many.`);
  }
  // What a shell makes of an unset variable; as a path it would be the current folder.
  if (places.includes('')) {
    throw new UsageError(`${positionals.names[places.indexOf('')]} is empty.`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = given.get(name);
    if (spec.type === 'flag') {
      values[name] = value !== undefined;
    } else if (value !== undefined) {
      if (spec.type === 'text' && value === '' && spec.mayBeEmpty !== true) {
        throw new UsageError(`--${name} is empty.`);
      }
      if (spec.type === 'choice' && !spec.choices.includes(value)) {
        throw new UsageError(`--${name} is one of ${spec.choices.join(', ')}, not "${value}".`);
      }
      values[name] = spec.type === 'number' ? parseNumber(name, value, spec) : value;
    } else if (spec.required === true) {
      throw new UsageError(`--${name} is missing.`);
    }
  }
  return { options: values as OptionValues<Specs>, positionals: places };
}

/** An option as it is typed, e.g. `--line N`. */
function describeOption([name, spec]: readonly [string, OptionSpec]): string {
  const value = spec.value ?? (spec.type === 'choice' ? spec.choices.join('|') : 'N');
  return spec.type === 'flag' ? `--${name}` : `--${name} ${value}`;
}

/** The options that a command needs, for the line of --help that shows how it is called. */
export function describeRequired(specs: OptionSpecs): string[] {
  return Object.entries(specs)
    .filter(([, { required }]) => required === true)
    .map(describeOption);
}

/** The option lines of --help. */
export function describeOptions(specs: OptionSpecs): string {
  const rows = Object.entries(specs).map((option) => [describeOption(option), option[1].help] as const);
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`).join('\n');
}
