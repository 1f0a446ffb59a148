/** Ends work that may never come to an end by itself, as a regular expression that a stranger wrote. */
import { createContext, Script, type Context } from 'node:vm';

const script = new Script('work()');
let context: Context | null = null;

/**
 * Does what waits for nothing, and stops it wherever it is after so many milliseconds.
 * @returns whether it came to its end
 */
export function inTime(milliseconds: number, work: () => void): boolean {
  context ??= createContext();
  context['work'] = work;
  try {
    script.runInContext(context, { timeout: milliseconds });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      return false;
    }
    throw error;
  } finally {
    // It may hold the rules of a large folder.
    context['work'] = null;
  }
}
