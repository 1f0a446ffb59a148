/** How the terminal tool reads its arguments: each command declares its options once, for parsing and for --help. */
import { parseArgs } from 'node:util';

/** Wrong arguments; the message is for the user. Ends the tool with status 2. */
export class UsageError extends Error {}

interface OptionBase {
  /** One line for --help. */
  readonly help: string;
  /** What stands for the value in --help, e.g. `N`. */
  readonly value?: string;
}
export type OptionSpec =
  | (OptionBase & { readonly type: 'flag' })
  | (OptionBase & { readonly type: 'text' })
  | (OptionBase & { readonly type: 'choice'; readonly choices: readonly string[] })
  | (OptionBase & {
      readonly type: 'number';
      readonly min: number;
      readonly max: number;
      readonly integer?: boolean;
    });

type ValueOf<Spec extends OptionSpec> = Spec['type'] extends 'flag'
  ? boolean
  : Spec['type'] extends 'number'
    ? number | undefined
    : Spec extends { readonly choices: readonly (infer Choice)[] }
      ? Choice | undefined
      : string | undefined;

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
    throw new UsageError(`--${name} takes ${kind} from ${spec.min} to ${spec.max}, not "${text}".`);
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
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(specs).map(([name, spec]) => [
          name,
          { type: spec.type === 'flag' ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (parsed.positionals.length < positionals.required) {
    throw new UsageError(`${positionals.names[parsed.positionals.length]} is missing.`);
  }
  if (parsed.positionals.length > positionals.names.length) {
    throw new UsageError(`"${parsed.positionals[positionals.names.length]}" is one argument too many.`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const given = parsed.values[name];
    if (spec.type === 'flag') {
      values[name] = given === true;
    } else if (typeof given === 'string') {
      if (spec.type === 'choice' && !spec.choices.includes(given)) {
        throw new UsageError(`--${name} is one of ${spec.choices.join(', ')}, not "${given}".`);
      }
      values[name] = spec.type === 'number' ? parseNumber(name, given, spec) : given;
    }
  }
  return { options: values as OptionValues<Specs>, positionals: parsed.positionals };
}

/** The option lines of --help. */
export function describeOptions(specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, spec]) => {
    const value = spec.value ?? (spec.type === 'choice' ? spec.choices.join('|') : 'N');
    return [`--${name}${spec.type === 'flag' ? '' : ` ${value}`}`, spec.help] as const;
  });
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`).join('\n');
}
