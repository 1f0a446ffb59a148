/** Chooses the command, runs it, and turns an error into a sentence and an exit status. */
import { debuglog } from 'node:util';
import { asError } from '../protocol/asError';
import type { Command } from './command';
import { UsageError } from './commandLine';
import type { Terminal } from './terminal';

const EXIT_OK = 0;
export const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** What a shell reports for a command that Ctrl+C ended. */
export const EXIT_CANCELLED = 130;

const ASK_FOR_HELP: readonly string[] = ['--help', '-h', 'help'];

const debug = debuglog('understudy');

/** @returns the exit status */
export async function runTool(
  commands: readonly Command[],
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const [first] = args;
  if (first === undefined) {
    terminal.note(overview(commands));
    return EXIT_USAGE;
  }
  if (ASK_FOR_HELP.includes(first)) {
    const topic = args.filter((arg) => !ASK_FOR_HELP.includes(arg));
    if (topic.length > 0) {
      return runTool(commands, [...topic, '--help'], terminal);
    }
    terminal.write(`${overview(commands)}\n`);
    return EXIT_OK;
  }
  if (first === '--version') {
    terminal.write(`${terminal.product.version}\n`);
    return EXIT_OK;
  }
  const command = commands.find(({ name }) => name.split(' ').every((word, i) => args[i] === word));
  if (command === undefined) {
    return unknownCommand(commands, args, terminal);
  }
  const rest = args.slice(command.name.split(' ').length);
  if (asksForHelp(rest)) {
    terminal.write(command.help());
    return EXIT_OK;
  }
  return runCommand(command, rest, terminal);
}

/** What stands after `--` is never an option. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

async function runCommand(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await command.run(args, terminal);
    return EXIT_OK;
  } catch (error) {
    terminal.progress.clear();
    debug('%O', error);
    if (error instanceof UsageError) {
      terminal.note(`${error.message}\n"understudy ${command.name} --help" shows what it takes.`);
      return EXIT_USAGE;
    }
    if (terminal.signal.aborted) {
      terminal.note('Cancelled.');
      return EXIT_CANCELLED;
    }
    const isAway = (error as NodeJS.ErrnoException).syscall === 'uv_cwd';
    terminal.note(
      isAway
        ? 'The current folder is not there any more; go to another one and try again.'
        : asError(error).message,
    );
    return EXIT_FAILED;
  } finally {
    terminal.progress.clear();
  }
}

/** A group alone, as in `understudy model`, lists its commands. */
function unknownCommand(commands: readonly Command[], args: readonly string[], terminal: Terminal): number {
  const group = commands.filter(({ name }) => name.startsWith(`${args[0]} `));
  if (group.length === 0) {
    terminal.note(`"${args[0]}" is not a command. "understudy --help" lists them.`);
    return EXIT_USAGE;
  }
  if (asksForHelp(args)) {
    terminal.write(`${describeCommands(group)}\n`);
    return EXIT_OK;
  }
  const wrong = args.length > 1 ? `"${args.slice(0, 2).join(' ')}" is not a command. ` : '';
  terminal.note(`${wrong}The "${args[0]}" commands:\n${describeCommands(group)}`);
  return EXIT_USAGE;
}

function describeCommands(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}

function overview(commands: readonly Command[]): string {
  return [
    'understudy COMMAND [options]',
    'Learns the words of a folder on this machine and continues texts in them.',
    describeCommands(commands),
    '"understudy COMMAND --help" shows what a command takes; --version prints the version.',
    "Models are kept in the folder that the environment variable UNDERSTUDY_HOME names, or where the system keeps a program's data.",
    'Exit status: 0 done, 1 failed, 2 wrong arguments, 130 cancelled by Ctrl+C or a signal.',
  ].join('\n\n');
}
