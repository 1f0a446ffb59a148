import { deleteGlobalMessage, setGlobalMessage } from 'valibot';

/**
 * Faults that are kept in memory of what `read` reads, each some hundred bytes. Of a file that a stranger made there may be millions,
 * and one of them is told.
 */
export function faultsNoted(read: () => unknown): number {
  let noted = 0;
  setGlobalMessage(() => {
    noted++;
    return 'wrong';
  });
  try {
    read();
  } catch {
    // What it says is tested elsewhere.
  } finally {
    deleteGlobalMessage();
  }
  return noted;
}
