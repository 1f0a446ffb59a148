import type { Command } from './command';
import { completeCommand } from './completeCommand';
import { evaluateCommand } from './evaluateCommand';
import { generateCommand } from './generateCommand';
import { MODEL_COMMANDS } from './modelCommands';
import { trainCommand } from './trainCommand';
import { tryCommand } from './tryCommand';

/** In the order of --help. */
export const COMMANDS: readonly Command[] = [
  tryCommand,
  trainCommand,
  completeCommand,
  generateCommand,
  evaluateCommand,
  ...MODEL_COMMANDS,
];
