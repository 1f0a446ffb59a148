/** A command of the terminal tool: what it takes is declared once, for parsing and for --help. */
import {
  describeOptions,
  describeRequired,
  parseCommandLine,
  type OptionSpecs,
  type OptionValues,
  type Positionals,
} from './commandLine';
import type { Terminal } from './terminal';

interface CommandSpec<Specs extends OptionSpecs> {
  /** One or two words, e.g. `model list`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What --help adds: defaults, what the result looks like. */
  readonly details?: string;
  readonly positionals: Positionals;
  readonly options: Specs;
  /** @throws UsageError for arguments that contradict each other, or an Error whose message is for the user */
  run(options: OptionValues<Specs>, positionals: readonly string[], terminal: Terminal): Promise<void>;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  help(): string;
  /** @throws UsageError when the arguments are wrong, or an Error whose message is for the user */
  run(args: readonly string[], terminal: Terminal): Promise<void>;
}

export function defineCommand<const Specs extends OptionSpecs>(spec: CommandSpec<Specs>): Command {
  const { name, summary, details, positionals } = spec;
  const options = { ...spec.options, help: { type: 'flag', help: 'shows this text' } } as const;
  const places = positionals.names.map((place, i) => (i < positionals.required ? place : `[${place}]`));
  const usage = ['understudy', name, ...places, ...describeRequired(options), '[options]'].join(' ');
  return {
    name,
    summary,
    help: () =>
      [usage, summary, ...(details === undefined ? [] : [details]), describeOptions(options)].join('\n\n') +
      '\n',
    run: async (args, terminal) => {
      const given = parseCommandLine(args, options, positionals);
      await spec.run(given.options, given.positionals, terminal);
    },
  };
}
